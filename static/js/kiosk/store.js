// What the tablet keeps: sealed entries, sealed irritants, and what it knows of itself. Nothing of anybody in clear.

const opened = new Promise((yes, no) => {
  const asked = indexedDB.open("borne", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("entries", { keyPath: "key" });
    asked.result.createObjectStore("irritants", { keyPath: "key" });
    asked.result.createObjectStore("state");
  };
  asked.onsuccess = () => yes(asked.result);
  asked.onerror = () => no(asked.error);
});
opened.catch(() => {});

const answer = (request) => new Promise((yes, no) => {
  request.onsuccess = () => yes(request.result);
  request.onerror = () => no(request.error);
});

// Writes together, and returns once they are on the disk, not before.
export async function strictly(stores, act) {
  const writing = (await opened).transaction(stores, "readwrite", { durability: "strict" });
  const complete = new Promise((yes, no) => {
    writing.oncomplete = () => yes();
    writing.onabort = writing.onerror = () => no(writing.error || new Error("not written"));
  });
  act((name) => writing.objectStore(name));
  return complete;
}

const reading = async (name) => (await opened).transaction(name).objectStore(name);
export const get = async (key) => answer((await reading("state")).get(key));
export const all = async (name) => answer((await reading(name)).getAll());
export const put = (key, value) => strictly(["state"], (store) => store("state").put(value, key));
export const remove = (name, key) => strictly([name], (store) => store(name).delete(key));

// How much is here; a whole number each, no name.
export async function counts() {
  const entries = await all("entries"), irritants = await all("irritants");
  const checks = (list) => list.filter((one) => one.status === "check").length;
  return { waiting: entries.length - checks(entries), to_check: checks(entries) + checks(irritants),
    irritants: irritants.length - checks(irritants), last_sequence: (await get("sequence")) || 0,
    since: Math.min(...entries.map((one) => one.noted || Infinity)) };
}
