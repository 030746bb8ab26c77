// What every screen shares: the connection in words, inactivity, starting afresh, the way to the team's screens.

import { counts, get } from "./store.js";
import { keepSending, line, online, sending } from "./outbox.js";

// French first; English when asked for, until the next person.
const english = location.search === "?en";
export const t = (french, inEnglish) => english ? inEnglish : french;

function translate(root = document) {
  if (!english) return;
  document.documentElement.lang = "en";
  for (const part of root.querySelectorAll("[data-en]")) part.textContent = part.dataset.en;
  for (const part of root.querySelectorAll("[data-en-label]")) part.setAttribute("aria-label", part.dataset.enLabel);
}

const go = (address) => location.replace(address + (english ? "?en" : ""));

export const $ = (selector, root = document) => root.querySelector(selector);
export const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const home = document.documentElement.dataset.screen === "home";
const QUIET = 60, WRITING = 120, WARNED = 20, LATE = 5 * 60_000;
let touched = performance.now(), warnedAt = 0, leaving = false;
const onLeaving = [];
export const whenLeaving = (act) => onLeaving.push(act);

// A new document: forms, memory and camera are released, and Back has nothing to show.
export function restart() {
  if (leaving) return;
  leaving = true;
  clear();
  location.replace("/borne/");
}

function clear() {
  for (const act of onLeaving) act();
  for (const form of document.forms) form.reset();
  for (const field of document.querySelectorAll("input, textarea")) if (field.type !== "radio" && field.type !== "checkbox") field.value = "";
}

// The connection, in words

async function say() {
  const { waiting, since } = await counts();
  const text = !await get("device") ? t("Pas encore associée", "Not paired yet") : sending ? t("Envoi en cours", "Sending")
    : online ? t("En ligne", "Online")
      : waiting ? t(`Hors ligne · ${waiting} en attente d’envoi`, `Offline · ${waiting} waiting to be sent`)
        : t("Hors ligne : tout est gardé sur la tablette", "Offline: everything is kept on the tablet");
  const pill = $("#ligne");
  if (pill.textContent !== text) pill.textContent = text;
  pill.dataset.state = sending ? "sending" : online ? "online" : "offline";
  const old = waiting && Date.now() - since > LATE;
  $("#equipe").textContent = await get("unpaired") ? "Équipe : cette tablette est à associer de nouveau. Tout y est gardé."
    : old ? "Équipe : des fiches attendent depuis plus de 5\u00a0minutes." : "";
}

// Inactivity

function look() {
  if (home || leaving) return;
  const still = (performance.now() - touched) / 1000, dialog = $("#encore");
  if (warnedAt) {
    const left = Math.ceil(WARNED - (performance.now() - warnedAt) / 1000);
    if (left <= 0) return restart();
    $("#encore-reste").textContent = t(`Cet écran va s’effacer dans ${left}\u00a0seconde${left > 1 ? "s" : ""}.`,
      `This screen will be cleared in ${left} second${left > 1 ? "s" : ""}.`);
  } else if (still >= (document.activeElement && document.activeElement.matches("textarea") ? WRITING : QUIET)) {
    warnedAt = performance.now();
    dialog.showModal();
    $("button", dialog).focus();
    look();
  }
}

function watch() {
  for (const kind of ["pointerdown", "keydown", "input"]) {
    addEventListener(kind, () => { if (!warnedAt) touched = performance.now(); }, { passive: true, capture: true });
  }
  $("#encore").addEventListener("close", () => { warnedAt = 0; touched = performance.now(); });
  setInterval(look, 1_000);
}

// The end of a task

let counting;
// Words that replace the screen; « Terminer » at once, home by itself after a while. Called again, it changes the words.
export function finish(title, sentences = [], { seconds = 8, drawing = null } = {}) {
  const main = $("main");
  main.replaceChildren($("#fin").content.cloneNode(true));
  main.dataset.ended = "";
  translate(main);
  $("h1", main).textContent = title;
  for (const sentence of sentences) $(".said", main).append(Object.assign(document.createElement("p"), { textContent: sentence }));
  if (drawing) $(".said", main).append(drawing);
  $("h1", main).focus();
  $("[data-restart]", main).addEventListener("click", restart);
  clearInterval(counting);
  const rest = () => $(".rest", main).textContent = t(
    `Retour à l’accueil dans ${seconds}\u00a0secondes.`, `Back to the start in ${seconds} seconds.`);
  rest();
  counting = setInterval(() => { seconds -= 1; if (seconds <= 0) restart(); else rest(); }, 1_000);
}

// A QR code, drawn from rows of 0 and 1.
export function drawn(rows, label) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  picture.setAttribute("class", "qr");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", rows.flatMap((row, y) => [...row].map((cell, x) => cell === "1" ? `M${x} ${y}h1v1h-1z` : "")).join(""));
  picture.append(path);
  return picture;
}

// An error beside its field, its words the same everywhere.
export function refuse(field, sentence) {
  const place = document.getElementById(field.dataset.error);
  place.textContent = sentence;
  field.setAttribute("aria-invalid", String(Boolean(sentence)));
  return Boolean(sentence);
}

// Notes something, or says why not and names the paper sheet, which lies beside. A tablet that was not prepared for it
// takes nothing without network (TRUST 3.37).
export async function attempt(act) {
  try {
    const prepared = await get("prepared");
    if (!online && !(prepared && prepared.offline)) throw new OnlineOnly();
    return await act() || true;
  } catch (error) {
    const why = {
      Full: ["La tablette est pleine.", "The tablet is full."],
      NotPaired: ["Cette tablette n’est pas encore associée.", "This tablet is not paired yet."],
      OnlineOnly: ["Cette tablette n’est pas prête à travailler sans réseau.", "This tablet is not ready to work offline."],
    }[error.constructor.name] || ["La tablette n’a pas pu enregistrer.", "The tablet could not save."];
    $("#panne").textContent = `${t(...why)} ${t("Signez la feuille papier.", "Sign the paper sheet.")}`;
    $("#panne").focus();
    return null;
  }
}
class OnlineOnly extends Error {}

// The beginning

function taps() {
  let at = [];
  $("#marque").addEventListener("click", () => {
    at = [...at.filter((one) => performance.now() - one < 5_000), performance.now()];
    if (at.length >= 5) location.replace("/borne/equipe");
  });
}

function nameFields() {
  const nonce = crypto.getRandomValues(new Uint32Array(2)).join("");
  document.querySelectorAll("input, textarea").forEach((field, at) => {
    field.name = field.type === "radio" ? `c_${nonce}_r` : `c_${nonce}_${at}`;
  });
}

async function awake() {
  try { await navigator.wakeLock.request("screen"); } catch { /* not on this tablet, or hidden */ }
}

export function begin() {
  translate();
  nameFields();
  taps();
  watch();
  for (const button of document.querySelectorAll("[data-restart]")) button.addEventListener("click", restart);
  for (const link of document.querySelectorAll("a[data-go]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); go(link.getAttribute("href")); });
  }
  $("#aide").addEventListener("click", async () => {
    const device = await get("device");
    $("#aide-qui").textContent = device && device.help ? t(`Demandez à ${device.help}.`, `Ask ${device.help}.`)
      : t("Demandez à la personne qui accueille.", "Ask whoever welcomes people.");
    $("#aide-dialogue").showModal();
  });
  addEventListener("pageshow", (event) => { if (event.persisted && !home) restart(); });
  addEventListener("pagehide", clear);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
  awake();
  line.addEventListener("change", say);
  say();
  keepSending();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(`/borne/sw.js?v=${document.documentElement.dataset.version}`);
  $("h1").focus();
  document.documentElement.dataset.ready = "";
}

// Home: four tiles, English for who asks, and the only place where a new version begins

if (home) {
  begin();
  get("device").then((device) => {
    if (device && device.journee) {
      $("#jour").textContent = [t(upper(device.journee.says), device.journee.english), device.journee.place || device.place].filter(Boolean).join(" · ");
    }
  });
  $("#langue").addEventListener("click", () => location.replace(english ? "/borne/" : "/borne/?en"));
  if (english) setTimeout(() => location.replace("/borne/"), QUIET * 1_000);
  renew().catch(() => { /* without network, this version goes on */ });
}

async function renew() {
  const stored = await (await fetch("/borne/reserve.json", { cache: "no-store" })).json();
  if (stored.version === document.documentElement.dataset.version) return;
  const registration = await navigator.serviceWorker.register(`/borne/sw.js?v=${stored.version}`);
  const begins = () => registration.waiting && registration.waiting.postMessage("begin");
  registration.addEventListener("updatefound", () => registration.installing.addEventListener("statechange", begins));
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  begins();
}
