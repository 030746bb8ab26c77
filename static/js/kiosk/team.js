// The team's screens: pair, prepare, close. They show counts, never people.

import { ping, post, send } from "./outbox.js";
import { $, begin, whenLeaving } from "./screen.js";
import { envelope } from "./seal.js";
import { all, counts, get, put, strictly } from "./store.js";

const SKEW = 5 * 60_000, ASK = 2_000, TRIES = 5, PAUSE = 5 * 60_000;
begin();

const part = (name) => { for (const one of document.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== name; };
const fill = (list, rows) => list.replaceChildren(...rows.flatMap(([label, value]) => [
  Object.assign(document.createElement("dt"), { textContent: label }), Object.assign(document.createElement("dd"), { textContent: value })]));
const yes = (held) => held ? "oui" : "non";

const unanswered = ({ status }) => status ? "Le service ne peut pas répondre." : "Pas de réseau. Connectez la tablette au Wi-Fi.";
const asking = (path, told) => post(path, told).catch(() => ({ status: 0, told: {} }));

if (!await get("device") || await get("unpaired")) await pairing();
else part("pin");

$("#code-equipe").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = await pinIsRight($("#pin").value.trim());
  $("#pin").value = "";
  $("#pin-erreur").textContent = said;
  if (!said) part("choix");
});
$("#preparer").addEventListener("click", prepare);
$("#fermer").addEventListener("click", close);
$("#reessayer").addEventListener("click", close);
$("#secours").addEventListener("click", rescue);

// Pairing: a code to be typed by someone of the team on another device

async function pairing() {
  part("associer");
  $("#refusee").hidden = !await get("unpaired");
  const asked = await asking("associer", {});
  if (asked.status !== 200) {
    $("#code").textContent = "";
    $("#associer-dit").textContent = `${unanswered(asked)} Rechargez cette page dans une minute.`;
    return;
  }
  $("#code").textContent = asked.told.code.replace(/(.{4})/, "$1\u00a0");
  const following = setInterval(async () => {
    const { told } = await asking("associer/suite", { secret: asked.told.secret });
    if (told.state === "ended") { clearInterval(following); await pairing(); }
    if (told.state === "paired") { clearInterval(following); await adopt(told.device, true); await prepare(); }
  }, ASK);
}

// What this tablet is from now on; another pairing begins its numbers again.
async function adopt(device, anew) {
  const before = (await get("sequence")) || 0, known = await get("device");
  const same = !anew && known && known.uid === device.uid;
  await strictly(["state"], (store) => {
    store("state").put(device, "device");
    store("state").put(same ? Math.max(before, device.sequence) : device.sequence, "sequence");
    store("state").delete("unpaired");
  });
}

// Préparer la borne

async function prepare() {
  part("preparer");
  const version = document.documentElement.dataset.version;
  const answer = await asking("preparer", {});
  if (answer.status === 401) { await pairing(); return; }
  const fresh = answer.status === 200 && await adopt(answer.told.device, false).then(() => true, () => false);
  await ping();
  await send({ now: true, closing: true });
  const stored = await everything(version), clock = (await get("clock")) || { behind: Infinity };
  const installed = matchMedia("(display-mode: standalone), (display-mode: fullscreen), (display-mode: minimal-ui)").matches;
  const lasting = Boolean(navigator.storage && navigator.storage.persist && await navigator.storage.persist());
  const held = await counts(), device = await get("device"), offline = stored && installed && lasting && fresh;
  await put("prepared", { offline, day: device.journee && device.journee.day });
  if (fresh) {
    const slots = await asking("creneaux", {});
    if (slots.status === 200) await put("slots", slots.told.slots);
  }
  fill($("#etat"), [
    ["Réseau", fresh ? "oui" : unanswered(answer)], ["Pages enregistrées", yes(stored)], ["Appareil photo", yes(await camera())],
    ["Heure de la tablette", Math.abs(clock.behind) <= SKEW ? "juste" : clockSaid(clock.behind)], ["Application installée", yes(installed)],
    ["Place de stockage", yes(lasting)], ["File d’attente", held.waiting + held.to_check + held.irritants || "vide"],
    ["Journée", device.journee ? device.journee.says : "aucune date prévue"]]);
  $("#sans-reseau").textContent = offline ? "La borne marchera aussi sans réseau."
    : "Sans réseau, cette borne ne notera rien\u00a0: une ligne manque ci-dessus. Gardez la feuille papier.";
}

async function everything(version) {
  try {
    await navigator.serviceWorker.register(`/borne/sw.js?v=${version}`);
    await navigator.serviceWorker.ready;
    const { files } = await (await fetch("/borne/reserve.json", { cache: "no-store" })).json();
    const store = await caches.open(`borne-${version}`);
    for (const path of files) if (!await store.match(path)) await store.add(path);
    return true;
  } catch { return false; }
}

async function camera() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch { return false; }
}

// Fermer la journée

const clockSaid = (behind) => `L’horloge de la tablette ${behind > 0 ? "retarde" : "avance"} de ${Math.round(Math.abs(behind) / 60_000)}\u00a0minutes.`;

async function close() {
  part("fermer");
  $("#bilan").textContent = "Envoi en cours";
  await ping();
  await send({ now: true, closing: true });
  const { since, ...held } = await counts();
  const answer = await asking("fermer", held), clock = await get("clock");
  const left = held.waiting + held.to_check + held.irritants, closed = Boolean(answer.told.closed);
  fill($("#comptes"), [["Fiches envoyées", await get("sent") || 0], ["En attente d’envoi", held.waiting],
    ["Ce qui coince, en attente", held.irritants], ["Gardées ici, à vérifier", held.to_check],
    ["À vérifier par l’équipe", answer.told.tray ?? "pas de nouvelles"]]);
  $("#bilan").textContent = closed && !left ? "Tout est envoyé. Vous pouvez éteindre la tablette."
    : left ? `${left} ${left > 1 ? "fiches ne sont pas parties" : "fiche n’est pas partie"}. Elles restent scellées sur la tablette.`
      : `La journée n’est pas fermée. ${unanswered(answer)} Réessayez plus tard.`;
  $("#horloge").textContent = clock && Math.abs(clock.behind) > SKEW ? clockSaid(clock.behind) : "";
  if (closed && !left) await put("sent", 0);
}

// The team's code, checked without network; five wrong ones, and it rests five minutes

const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

// "" when it is right, else the sentence that says why not.
async function pinIsRight(typed) {
  const { pin } = await get("device"), tries = (await get("pins")) || { count: 0, since: 0 };
  if (tries.count >= TRIES && Math.abs(Date.now() - tries.since) < PAUSE) return "Trop de codes essayés. Attendez 5\u00a0minutes.";
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const made = new Uint8Array(await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: unhex(pin.salt), iterations: pin.rounds }, key, 256));
  const kept = unhex(pin.digest);
  if (made.every((byte, at) => byte === kept[at])) { await put("pins", { count: 0, since: 0 }); return ""; }
  const count = tries.count >= TRIES ? 1 : tries.count + 1;
  await put("pins", { count, since: Date.now() });
  return count >= TRIES ? "Trop de codes essayés. Attendez 5\u00a0minutes." : "Ce code ne correspond pas.";
}

// A file of what has not left, sealed as it is: whoever finds it reads nothing; the team gives it to the house

async function rescue() {
  const device = await get("device");
  const whole = { borne: device.uid, entries: (await all("entries")).map(envelope), irritants: (await all("irritants")).map(envelope) };
  const address = URL.createObjectURL(new Blob([JSON.stringify(whole)], { type: "application/json" }));
  whenLeaving(() => URL.revokeObjectURL(address));
  const link = Object.assign(document.createElement("a"), { href: address, download: `borne-secours-${new Date().toISOString().slice(0, 10)}.json` });
  document.body.append(link);
  link.click();
  link.remove();
}
