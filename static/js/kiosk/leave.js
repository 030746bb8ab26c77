// « Je découvre Optéos » and « Je dis ce qui coince »: something is left, and nothing of it can be read here any more.

import { online, outcomeOf, send } from "./outbox.js";
import { $, attempt, begin, drawn, finish, refuse, t } from "./screen.js";
import { note, noteIrritant } from "./seal.js";

const FOLLOWED = 60;
let busy = false;
begin();
if ($("#texte")) irritant($("#texte"));
else contact($("main form"));

// Leaves it once; nothing when that failed.
async function leave(act) {
  if (busy) return null;
  busy = true;
  const left = await attempt(act);
  busy = Boolean(left);
  return left;
}

// One's details, then a QR code to go on with the same draft on one's own telephone.
function contact(form) {
  const first = $("#prenom"), reach = $("#joindre"), agreed = $("#accord");
  const reaches = (text) => text.includes("@") ? /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text) : text.replace(/\D/g, "").length >= 9;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = reach.value.trim(), wrong = [
      [first, first.value.trim() ? "" : t("Saisissez votre prénom", "Enter your first name")],
      [reach, reaches(value) ? "" : t("Saisissez une adresse électronique ou un numéro de téléphone", "Enter an e-mail address or a telephone number")],
      [agreed, agreed.checked ? "" : t("Cochez la case pour que nous puissions vous recontacter", "Tick the box so that we may contact you")],
    ].filter(([field, sentence]) => refuse(field, sentence));
    if (wrong.length) { wrong[0][0].focus(); return; }
    const entry = await leave(() => note({ kind: "contact", first_name: first.value.trim(), reach: value,
      activity: $("#activite").value.trim(), agreed: true, language: t("fr", "en") }));
    if (!entry) return;
    const days = form.dataset.days, title = t(`Merci\u00a0! Quelqu’un du Cercle vous écrit sous ${days}\u00a0jours.`,
      `Thank you! Someone of the circle writes to you within ${days} days.`);
    const kept = t("Vos réponses ne restent pas lisibles sur cette tablette.", "Your answers cannot be read on this tablet any more.");
    finish(title, [kept]);
    const outcome = online ? await outcomeOf(entry.key) : null;
    if (outcome && outcome.onward) {
      finish(title, [kept, t("Pour continuer tout de suite sur votre téléphone, lisez ce code avec son appareil photo.",
        "To go on now on your telephone, read this code with its camera.")],
      { seconds: FOLLOWED, drawing: drawn(outcome.onward.qr, t("Code QR pour continuer sur votre téléphone", "QR code to go on on your telephone")) });
    }
  });
}

// A text, perhaps a subject, nothing of who wrote it.
function irritant(text) {
  const limit = Number(text.dataset.limit), length = () => [...text.value].length;
  text.addEventListener("input", () => {
    const left = limit - length();
    $("#reste").textContent = left >= 0 ? t(`Il vous reste ${left}\u00a0caractères`, `${left} characters left`)
      : t(`${-left}\u00a0caractères en trop`, `${-left} characters too many`);
  });
  $("main form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = !text.value.trim() ? t("Écrivez ce qui coince", "Write what is in the way")
      : length() > limit ? t(`Votre texte doit compter ${limit}\u00a0caractères ou moins`, `Your text must have ${limit} characters or fewer`) : "";
    if (refuse(text, wrong)) { text.focus(); return; }
    const subject = $("input[type=radio]:checked");
    if (!await leave(() => noteIrritant({ text: text.value.trim(), subject: subject ? subject.value : "" }))) return;
    finish(t("Merci. C’est déposé pour la prochaine réunion du Cercle vie coopérative.", "Thank you. It is left for the next meeting of the circle of cooperative life."));
    await send();
  });
}
