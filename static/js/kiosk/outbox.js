// Sends what waits: one sender at a time, again until a receipt says the same as we do. Nothing else deletes an entry.

import { envelope } from "./seal.js";
import { all, counts, get, put, remove, strictly } from "./store.js";

const EVERY = 20_000, PATIENCE = 8_000, TOGETHER = 3, FAULTS = 3;
export const line = new EventTarget();
const tell = (kind, detail) => line.dispatchEvent(new CustomEvent(kind, { detail }));

export let online = false, sending = false;
let notBefore = 0, delay = 2_000, again = false;

// The page of a captive portal is no answer of ours: neither success nor refusal.
export async function post(path, body, headers = {}) {
  const answer = await fetch(`/borne/${path}`, { method: "POST", redirect: "error", cache: "no-store",
    credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers } });
  const text = await answer.text();
  let told = null;
  try { told = JSON.parse(text); } catch { /* not ours */ }
  if (answer.status >= 500) return { status: answer.status, told: {} };
  if (told === null || typeof told !== "object" || (!answer.ok && !told.refused)) throw new Error("not our server");
  if (answer.status === 401) await put("unpaired", true);
  return { status: answer.status, told };
}

function heard(yes) {
  online = yes;
  delay = yes ? 2_000 : Math.min(delay * 2, 60_000);
  notBefore = yes ? 0 : performance.now() + delay;
}

// The hour there and our counts; whether the house answers.
export async function ping() {
  if (!await get("device")) return;
  try {
    const { since, ...held } = await counts(), sent = Date.now();
    const { status, told } = await post("ping", { sent, ...held });
    heard(status === 200);
    if (status === 200) await put("clock", { behind: told.now - (sent + Date.now()) / 2, tray: told.tray });
  } catch { heard(false); }
  tell("change");
}

// `now`: whatever the backoff says; `closing`: irritants too, however few, and what was refused once more.
export async function send({ now = false, closing = false } = {}) {
  if (!now && performance.now() < notBefore) return;
  if (sending) { again = true; return; }
  await navigator.locks.request("borne-send", { ifAvailable: true }, async (lock) => {
    if (!lock || await get("unpaired")) return;
    try {
      do { again = false; await round(closing); } while (again);
    } finally { sending = false; }
  });
  tell("change");
}

async function round(closing) {
  const queue = (await all("entries")).filter((one) => closing || one.status !== "check");
  queue.sort((one, other) => one.noted - other.noted || one.sequence - other.sequence);
  let faults = 0;
  for (const entry of queue) {
    if (!sending) { sending = true; tell("change"); }
    let got;
    try {
      got = await post("entrees", { sent: Date.now(), entry: envelope(entry) }, { "Idempotency-Key": entry.key });
    } catch { return heard(false); }
    if (got.status === 401) return;
    if (got.status >= 500 || got.status === 429) {
      if (++faults >= FAULTS) return heard(false);
      continue;
    }
    heard(true);
    await settle("entries", entry, got);
  }
  await irritants(closing);
}

async function settle(store, entry, { status, told }) {
  const receipt = told.receipt;
  if (status === 200 && receipt && receipt.key === entry.key && receipt.digest === entry.digest) {
    await remove(store, entry.key);
    await put("sent", ((await get("sent")) || 0) + 1);
    tell("receipt", { key: entry.key, outcome: told.outcome || {} });
  } else if (status !== 200) {
    await strictly([store], (open) => open(store).put({ ...entry, status: "check", why: told.refused }));
  }
}

// Shuffled, by three or more or at closing: who came first cannot be told.
async function irritants(closing) {
  const list = (await all("irritants")).filter((one) => closing || one.status !== "check");
  if (list.length < TOGETHER && !(closing && list.length)) return;
  for (let at = list.length - 1; at > 0; at--) {
    const other = crypto.getRandomValues(new Uint32Array(1))[0] % (at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
  let got;
  try { got = await post("ce-qui-coince", { entries: list.slice(0, 40).map(envelope) }); } catch { return heard(false); }
  if (got.status !== 200) return;
  for (const receipt of got.told.receipts || []) {
    if (list.some((one) => one.key === receipt.key && one.digest === receipt.digest)) await remove("irritants", receipt.key);
  }
  for (const one of list.filter((each) => (got.told.refused || []).includes(each.key))) {
    await strictly(["irritants"], (open) => open("irritants").put({ ...one, status: "check" }));
  }
}

// What became of an entry, if the house says so while the person is still there.
export function outcomeOf(key, within = 4_000) {
  return new Promise((yes) => {
    const done = (event) => { if (event.detail.key === key) { stop(); yes(event.detail.outcome); } };
    const late = setTimeout(() => { stop(); yes(null); }, within);
    const stop = () => { clearTimeout(late); line.removeEventListener("receipt", done); };
    line.addEventListener("receipt", done);
    send({ now: true });
  });
}

export function keepSending() {
  const beat = async () => { await ping(); await send(); };
  addEventListener("online", async () => { await ping(); await send({ now: true }); });
  addEventListener("pageshow", beat);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
  setInterval(beat, EVERY);
}
