// « Je réserve un rendez-vous »: a free slot taken at once, or up to three wishes when there is no network to promise with.

import { identify, wrongCode } from "./identify.js";
import { online, outcomeOf, ping, post } from "./outbox.js";
import { $, attempt, begin, finish, refuse, t, upper } from "./screen.js";
import { note } from "./seal.js";
import { get, put } from "./store.js";

begin();
const MOST = 3;
let chosen = [], busy = false, slots = [];
identify(book, { name: "phone", right: (text) => text.replace(/\D/g, "").length >= 9,
  else: t("Saisissez un numéro de téléphone à 10\u00a0chiffres", "Enter a telephone number") })("code");
await ping();
await offer();

async function offer() {
  if (online) {
    try {
      const { status, told } = await post("creneaux", {});
      if (status === 200) await put("slots", told.slots);
    } catch { /* the last ones known are offered as wishes */ }
  }
  slots = (await get("slots")) || [];
  chosen = chosen.filter((uid) => slots.some((one) => one.uid === uid));
  $("#jour-des-creneaux").textContent = slots.length ? t(upper(slots[0].day), slots[0].day_english) : "";
  $("#aucun").hidden = slots.length > 0;
  $("#souhaits").hidden = online || !slots.length;
  $("#creneaux").replaceChildren(...slots.map((one) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "slot", textContent: t(one.says, one.english) });
    button.setAttribute("aria-pressed", String(chosen.includes(one.uid)));
    button.addEventListener("click", () => choose(one.uid));
    return button;
  }));
}

function choose(uid) {
  const taken = chosen.includes(uid);
  chosen = taken ? chosen.filter((one) => one !== uid) : online ? [uid] : [...chosen, uid].slice(-MOST);
  refuse($("#creneaux"), "");
  [...$("#creneaux").children].forEach((button, at) => button.setAttribute("aria-pressed", String(chosen.includes(slots[at].uid))));
}

async function book(who) {
  if (busy) return;
  if (!chosen.length) { refuse($("#creneaux"), t("Choisissez d’abord une heure", "Choose a time first")); return; }
  busy = true;
  const promised = online, entry = await attempt(() => note({ kind: "booking", choices: chosen, online: promised, ...who }));
  busy = Boolean(entry);
  if (!entry) return;
  const outcome = promised ? await outcomeOf(entry.key, 8_000) : null;
  if (outcome && outcome.booking === "booked") finish(`${t("C’est réservé\u00a0:", "Booked:")} ${t(outcome.slot, outcome.english)}.`);
  else if (outcome && outcome.booking === "taken") await again(t("Ce créneau vient d’être pris. Voici les suivants.", "This slot has just been taken. Here are the next ones."));
  else if (outcome && outcome.presence === "unknown") { busy = false; await wrongCode(); }
  else wished();
}

async function again(sentence) {
  busy = false;
  chosen = [];
  await offer();
  refuse($("#creneaux"), sentence);
  $("#creneaux").scrollIntoView();
}

function wished() {
  finish(t("Votre demande est notée, pas encore confirmée.", "Your request is noted, not yet confirmed."),
    [t("Nous vous écrivons dès que la connexion revient.", "We write to you as soon as the connection is back.")]);
}
