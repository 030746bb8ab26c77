// Four tiles, English for who asks, and the only place where a new version begins.

import { $, begin, upper } from "./screen.js";
import { get } from "./store.js";
import { english } from "./words.js";

const ENGLISH_LASTS = 60_000;
begin();

const device = await get("device");
if (device && device.journee) {
  $("#jour").textContent = [upper(device.journee.says), device.journee.place || device.place].filter(Boolean).join(" · ");
}
$("#langue").addEventListener("click", () => location.replace(english ? "/borne/" : "/borne/?en"));
if (english) setTimeout(() => location.replace("/borne/"), ENGLISH_LASTS);

if ("serviceWorker" in navigator) {
  try {
    const stored = await (await fetch("/borne/reserve.json", { cache: "no-store" })).json();
    if (stored.version !== document.documentElement.dataset.version) {
      const registration = await navigator.serviceWorker.register(`/borne/sw.js?v=${stored.version}`);
      const begins = () => registration.waiting && registration.waiting.postMessage("begin");
      registration.addEventListener("updatefound", () => registration.installing.addEventListener("statechange", begins));
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      begins();
    }
  } catch { /* without network, this version goes on */ }
}
