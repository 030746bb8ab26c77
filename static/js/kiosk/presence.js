// « Je signe ma présence »: noted on the disk first, then said, then sent; then what the house answers.

import { identify, wrongCode } from "./identify.js";
import { online, outcomeOf } from "./outbox.js";
import { $, begin, finish, mayNote, notNoted, refuse } from "./screen.js";
import { note } from "./seal.js";
import { t } from "./words.js";

begin();
let busy = false;
const show = identify(({ badge, code, name }, way) => sign(badge ? { badge } : { code }, name || "", way), byName);
show("camera");

function byName() {
  const first = $("#prenom"), last = $("#nom");
  const wrong = [refuse(first, first.value.trim() ? "" : t("Saisissez votre prénom", "Enter your first name")),
    refuse(last, last.value.trim() ? "" : t("Saisissez votre nom de famille", "Enter your last name"))];
  if (wrong[0]) return first.focus();
  if (wrong[1]) return last.focus();
  return sign({ first_name: first.value.trim(), last_name: last.value.trim() }, "", "name");
}

async function sign(who, name, way) {
  if (busy) return;
  busy = true;
  let entry;
  try {
    await mayNote();
    entry = await note({ kind: "presence", ...who });
  } catch (error) {
    busy = false;
    return notNoted(error);
  }
  const main = $("main"), before = [...main.childNodes];
  said(name, online);
  if (!online) return;
  const outcome = await outcomeOf(entry.key);
  if (outcome && outcome.presence === "unknown" && way === "code") {
    busy = false;
    main.replaceChildren(...before);
    delete main.dataset.ended;
    show("code");
    return wrongCode();
  }
  if (outcome && outcome.presence === "again") return finish(t("Votre présence est déjà notée. Bonne journée\u00a0!", "Your presence is already noted. Have a good day!"));
  said((outcome && outcome.first_name) || name, Boolean(outcome));
}

function said(name, sent) {
  const thanks = name ? `${t("Merci", "Thank you")} ${name}` : t("Merci", "Thank you");
  if (sent) finish(`${thanks}, ${t("votre présence est notée.", "your presence is noted.")}`, [t("Bonne journée\u00a0!", "Have a good day!")]);
  else finish(`${thanks}, ${t("votre présence est notée sur la tablette.", "your presence is noted on the tablet.")}`,
    [t("Elle sera envoyée dès que la connexion revient.", "It will be sent as soon as the connection is back.")]);
}
