// A file of what has not left, sealed as it is: whoever finds it reads nothing; the team gives it to the house.

import { envelope } from "./seal.js";
import { whenLeaving } from "./screen.js";
import { all, get } from "./store.js";

export async function outbox() {
  const device = await get("device");
  const whole = { borne: device.uid, entries: (await all("entries")).map(envelope), irritants: (await all("irritants")).map(envelope) };
  const address = URL.createObjectURL(new Blob([JSON.stringify(whole)], { type: "application/json" }));
  whenLeaving(() => URL.revokeObjectURL(address));
  const link = Object.assign(document.createElement("a"), { href: address, download: `borne-secours-${new Date().toISOString().slice(0, 10)}.json` });
  document.body.append(link);
  link.click();
  link.remove();
}
