// Entries are sealed to the server's key when they are captured (HPKE, RFC 9180): this tablet cannot open them again.

import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "../vendor/hpke-core-1.9.0.min.js";
import { all, get, strictly } from "./store.js";

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
const bytes = new TextEncoder();
const MOST = 500;

export class NotPaired extends Error {}
export class Full extends Error {}

const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

get("device").then((device) => device && sealed([], {}, device.key)); // the first seal is slow: nobody waits for it

async function sealed(clear, payload, key) {
  const bound = ["parcours-borne", 1, key.uid, ...clear].join("|");
  const recipientPublicKey = await suite.kem.deserializePublicKey(unhex(key.public));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: bytes.encode(bound) });
  const text = new Uint8Array(await sender.seal(bytes.encode(JSON.stringify(payload))));
  const whole = new Uint8Array([...new Uint8Array(sender.enc), ...text]);
  const body = btoa(String.fromCharCode(...whole));
  return { body, digest: hex(await crypto.subtle.digest("SHA-256", bytes.encode(`${bound}|${body}`))) };
}

// An entry: numbered, sealed, on the disk when this returns; two tabs take turns.
export async function note(payload) {
  const device = await get("device");
  if (!device) throw new NotPaired();
  return navigator.locks.request("borne-note", async () => {
    if ((await all("entries")).length >= MOST) throw new Full();
    const sequence = ((await get("sequence")) || 0) + 1, key = crypto.randomUUID(), at = Date.now();
    const full = { journee: device.journee && device.journee.uid, ...payload };
    const entry = { key, version: 1, sealed_to: device.key.uid, device: device.uid, sequence, at,
      ...await sealed([key, device.uid, sequence, at], full, device.key) };
    await strictly(["entries", "state"], (store) => {
      store("entries").put({ ...entry, noted: at });
      store("state").put(sequence, "sequence");
    });
    return entry;
  });
}

// « Ce qui coince »: no device, number or time, neither in the envelope nor beside it.
export async function noteIrritant(payload) {
  const device = await get("device");
  if (!device) throw new NotPaired();
  if ((await all("irritants")).length >= MOST) throw new Full();
  const key = crypto.randomUUID(), day = device.journee ? device.journee.day : new Date().toISOString().slice(0, 10);
  const entry = { key, version: 1, sealed_to: device.key.uid, day,
    ...await sealed([key, "irritant", day], payload, device.key) };
  await strictly(["irritants"], (store) => store("irritants").put(entry));
}

// What leaves the tablet of an entry, and nothing more.
export const envelope = ({ key, version, sealed_to, body, device, sequence, at, day }) =>
  ({ key, version, sealed_to, body, ...(day ? { day } : { device, sequence, at }) });
