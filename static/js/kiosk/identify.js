// Who is it: a badge before the camera or a scanner, six digits on our keypad, or a name. `found` gets what was shown.

import { look } from "./scan.js";
import { $, refuse, whenLeaving } from "./screen.js";
import { get, put } from "./store.js";
import { t } from "./words.js";

const BADGE = /^P1\.([\w-]{16})\.(.{0,120})$/, FAST = 60, TRIES = 5, PAUSE = 5 * 60_000;
const DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134",
  "8945362017", "9438617205", "2581436790"];
export const wellFormed = (code) => [...code].reduce((row, digit) => Number(DAMM[row][digit]), 0) === 0;

let stop = null, turn = 0, digits = "";

// `badge`: what the QR code or scanner said; null when it is no badge of ours.
export function badgeOf(text) {
  const parts = BADGE.exec(text);
  if (!parts) return null;
  try { return { badge: parts[1], name: decodeURIComponent(parts[2]) }; } catch { return { badge: parts[1], name: "" }; }
}

export function identify(found, byName) {
  const show = (way) => {
    halt();
    for (const part of document.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way;
    for (const button of document.querySelectorAll("[data-to]")) button.hidden = button.dataset.to === way;
    if (way === "camera") start();
  };
  const start = async () => {
    const mine = turn;
    $("#camera-dit").textContent = t("Placez votre code QR dans le cadre", "Hold your QR code in the frame");
    try {
      const started = await look($("video"), (text) => { const one = badgeOf(text); if (one) found(one, "camera"); return Boolean(one); },
        () => { if (mine === turn) show("code"); });
      if (mine === turn) stop = started; else started();
    } catch { if (mine === turn) show("code"); }
  };
  for (const button of document.querySelectorAll("[data-to]")) button.addEventListener("click", () => show(button.dataset.to));
  keypad((code) => found({ code }, "code"));
  scanner((one) => { halt(); found(one, "scanner"); }, (code) => { digits = code; shown(); });
  $("#par-nom").addEventListener("submit", (event) => { event.preventDefault(); byName(); });
  whenLeaving(halt);
  return show;
}

// The camera is released, also one that opens after someone chose otherwise.
function halt() {
  turn += 1;
  if (stop) stop();
  stop = null;
}

// The keypad ----------------------------------------------------------------------------------------------------------

function shown() {
  $("#chiffres").textContent = digits.padEnd(6, "_").split("").join("\u00a0");
  $("#chiffres").setAttribute("aria-label", digits ? [...digits].join(" ") : t("aucun chiffre", "no digit"));
}

function keypad(found) {
  const pressed = (digit) => {
    refuse($("#chiffres"), "");
    if (digits.length < 6) digits += digit;
    shown();
  };
  for (const key of document.querySelectorAll("[data-digit]")) key.addEventListener("click", () => pressed(key.dataset.digit));
  $("#effacer").addEventListener("click", () => { digits = digits.slice(0, -1); refuse($("#chiffres"), ""); shown(); });
  addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, button") || $("[data-way=code]").hidden) return;
    if (/^[0-9]$/.test(event.key)) pressed(event.key);
    if (event.key === "Backspace") $("#effacer").click();
  });
  $("#noter-code").addEventListener("click", async () => {
    const missing = 6 - digits.length;
    if (missing) return refuse($("#chiffres"), missing === 1 ? t("Il manque un chiffre", "One digit is missing")
      : t(`Il manque ${missing}\u00a0chiffres`, `${missing} digits are missing`));
    if (await paused()) return refuse($("#chiffres"), PAUSED());
    if (!wellFormed(digits)) return wrongCode();
    const code = digits;
    digits = "";
    shown();
    return found(code);
  });
  shown();
}

const PAUSED = () => t("Trop de codes essayés. Pendant 5\u00a0minutes, montrez votre badge ou écrivez votre nom.",
  "Too many codes. For 5 minutes, show your badge or write your name.");

// A code that is nobody's: five in five minutes, and the keypad rests (K2).
export async function wrongCode() {
  const kept = (await get("codes")) || { count: 0, since: 0 };
  const again = Math.abs(Date.now() - kept.since) < PAUSE;
  await put("codes", { count: again ? kept.count + 1 : 1, since: again ? kept.since : Date.now() });
  digits = "";
  shown();
  refuse($("#chiffres"), await paused() ? PAUSED() : t("Ce code ne correspond pas. Vérifiez les 6\u00a0chiffres", "This code does not match. Check the 6 digits"));
}

async function paused() {
  const kept = await get("codes");
  return Boolean(kept) && kept.count >= TRIES && Math.abs(Date.now() - kept.since) < PAUSE;
}

// A scanner types fast and ends with Enter ----------------------------------------------------------------------------

function scanner(badge, code) {
  let typed = "", last = 0;
  addEventListener("keydown", (event) => {
    const now = performance.now();
    if (event.key === "Enter") {
      const one = badgeOf(typed);
      if (one || /^[0-9]{6}$/.test(typed)) {
        event.preventDefault();
        if (event.target.matches("input")) event.target.value = "";
        if (one) badge(one); else if (!event.target.matches("input")) { code(typed); $("#noter-code").click(); }
      }
      typed = "";
    } else if (event.key.length === 1) {
      typed = now - last < FAST ? typed + event.key : event.key;
    }
    last = now;
  }, { capture: true });
}
