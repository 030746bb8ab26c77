// Keeps the tablet's pages, the same for everybody, and nothing else: no answer of the house is ever stored.

const version = new URL(location.href).searchParams.get("v");
const name = `borne-${version}`;
const PATIENCE = 3_000;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => { if (event.data === "begin") self.skipWaiting(); });
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request, { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") event.respondWith(page(pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

async function fill() {
  const { files } = await (await fetch("/borne/reserve.json", { cache: "no-store" })).json();
  const store = await caches.open(name);
  await Promise.all(files.map(async (path) => {
    const got = await fetch(path, { cache: "no-store", credentials: "omit" });
    if (!got.ok) throw new Error(path);
    await store.put(path, got);
  }));
}

async function tidy() {
  for (const other of await caches.keys()) if (other.startsWith("borne-") && other !== name) await caches.delete(other);
  await self.clients.claim();
}

// The network's page for three seconds, when it is ours and of this version; else the one kept.
async function page(pathname) {
  const kept = await (await caches.open(name)).match(pathname);
  try {
    const got = await fetch(pathname, { cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (!kept || got.headers.get("X-Borne") === version) return got;
  } catch { /* no network, or too slow */ }
  return kept || Response.error();
}

async function file(request) {
  return await (await caches.open(name)).match(request, { ignoreSearch: true }) || fetch(request);
}
