// The team's six digits, checked without network; five wrong ones, and it rests five minutes.

import { get, put } from "./store.js";

const TRIES = 5, PAUSE = 5 * 60_000;
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

// "" when it is right, else the sentence that says why not.
export async function pinIsRight(typed) {
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
