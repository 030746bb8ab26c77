// « Je signe ma présence »: noted on the disk first, then said, then sent; then what the house answers.

import { identify, wrongCode } from "./identify.js";
import { online, outcomeOf } from "./outbox.js";
import { $, attempt, begin, finish, t } from "./screen.js";
import { note } from "./seal.js";

begin();
let busy = false;
const show = identify(sign, { name: "last_name", right: Boolean, else: t("Saisissez votre nom de famille", "Enter your last name") });
show("camera");

async function sign(who, way, name = "") {
  if (busy) return;
  busy = true;
  const entry = await attempt(() => note({ kind: "presence", ...who }));
  busy = Boolean(entry);
  if (!entry) return;
  const main = $("main"), before = [...main.childNodes];
  said(name, online);
  if (!online) return;
  const outcome = await outcomeOf(entry.key);
  if (outcome && outcome.presence === "unknown" && way === "code") {
    busy = false;
    main.replaceChildren(...before);
    delete main.dataset.ended;
    show("code");
    await wrongCode();
  } else if (outcome && outcome.presence === "again") finish(t("Votre présence est déjà notée. Bonne journée\u00a0!", "Your presence is already noted. Have a good day!"));
  else said((outcome && outcome.first_name) || name, Boolean(outcome));
}

function said(name, sent) {
  const where = sent ? t("votre présence est notée.", "your presence is noted.")
    : t("votre présence est notée sur la tablette.", "your presence is noted on the tablet.");
  finish(`${[t("Merci", "Thank you"), name].filter(Boolean).join(" ")}, ${where}`, [sent ? t("Bonne journée\u00a0!", "Have a good day!")
    : t("Elle sera envoyée dès que la connexion revient.", "It will be sent as soon as the connection is back.")]);
}
