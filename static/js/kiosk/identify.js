// Who is it: a badge before the camera or a scanner, six digits on our keypad, or a name. `found` gets what was shown.

import { $, refuse, whenLeaving, t } from "./screen.js";
import { get, put } from "./store.js";

const BADGE = /^P1\.([\w-]{16})\.(.{0,120})$/, FAST = 150, TRIES = 5, PAUSE = 5 * 60_000, LASTS = 30_000, EVERY = 150;
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

// The second field of the name is asked by the screen: `asks.right` says whether it will do, `asks.else` what is missing.
export function identify(found, asks) {
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
      const started = await look($("video"), (text) => { const one = badgeOf(text); if (one) found({ badge: one.badge }, "camera", one.name); return Boolean(one); },
        () => { if (mine === turn) show("code"); });
      if (mine === turn) stop = started; else started();
    } catch { if (mine === turn) show("code"); }
  };
  for (const button of document.querySelectorAll("[data-to]")) button.addEventListener("click", () => show(button.dataset.to));
  keypad((code) => found({ code }, "code"));
  scanner((one) => { halt(); found({ badge: one.badge }, "scanner", one.name); }, (code) => { digits = code; shown(); });
  $("#par-nom").addEventListener("submit", (event) => { event.preventDefault(); byName(found, asks); });
  whenLeaving(halt);
  return show;
}

function byName(found, asks) {
  const first = $("#prenom"), second = $("#nom"), values = [first.value.trim(), second.value.trim()];
  const wrong = [[first, values[0] ? "" : t("Saisissez votre prénom", "Enter your first name")],
    [second, asks.right(values[1]) ? "" : asks.else]].filter(([field, sentence]) => refuse(field, sentence));
  if (wrong.length) wrong[0][0].focus();
  else found({ first_name: values[0], [asks.name]: values[1] }, "name");
}

// The camera is released, also one that opens after someone chose otherwise.
function halt() {
  turn += 1;
  if (stop) stop();
  stop = null;
}

// The keypad

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

// A scanner types fast and ends with Enter

function scanner(badge, code) {
  let typed = "", last = 0;
  addEventListener("keydown", (event) => {
    const now = event.timeStamp;
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

// The camera: the browser's own reader where there is one, else the compiled one, loaded here alone

async function reader() {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (frame) => (await detector.detect(frame)).map((one) => one.rawValue);
  }
  const { prepareZXingModule, readBarcodes } = await import("../vendor/zxing-wasm-3.1.4.min.js");
  const wasm = new URL("../vendor/zxing-reader-3.1.4.wasm", import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return async (frame) => {
    const pixels = frame.getContext("2d").getImageData(0, 0, frame.width, frame.height);
    return (await readBarcodes(pixels, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 })).map((one) => one.text);
  };
}

// Shows the camera in `video` until `found` says yes, thirty seconds pass or `stop` is called. Throws without camera.
async function look(video, found, ended) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: 1280 } } });
  let over = false;
  const stop = () => {
    over = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  run().catch(() => { stop(); ended(); });
  return stop;

  async function run() {
    await video.play();
    const read = await reader(), frame = document.createElement("canvas"), until = performance.now() + LASTS;
    while (!over && performance.now() < until) {
      if (video.videoWidth) {
        frame.width = video.videoWidth; frame.height = video.videoHeight;
        frame.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
        for (const text of await read(frame)) if (!over && found(text)) return stop();
      }
      await new Promise((on) => setTimeout(on, EVERY));
    }
    if (!over) { stop(); ended(); }
  }
}
