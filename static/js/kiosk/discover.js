// « Je découvre Optéos »: one's details, then a QR code to go on with the same draft on one's own telephone.

import { online, outcomeOf } from "./outbox.js";
import { $, begin, drawn, finish, mayNote, notNoted, refuse } from "./screen.js";
import { note } from "./seal.js";
import { t } from "./words.js";

begin();
const FOLLOWED = 60;
let busy = false;

const reaches = (text) => text.includes("@") ? /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text) : text.replace(/\D/g, "").length >= 9;

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const first = $("#prenom"), reach = $("#joindre"), agreed = $("#accord"), value = reach.value.trim();
  const wrong = [
    [first, first.value.trim() ? "" : t("Saisissez votre prénom", "Enter your first name")],
    [reach, reaches(value) ? "" : t("Saisissez une adresse électronique ou un numéro de téléphone", "Enter an e-mail address or a telephone number")],
    [agreed, agreed.checked ? "" : t("Cochez la case pour que nous puissions vous recontacter", "Tick the box so that we may contact you")],
  ].filter(([field, sentence]) => refuse(field, sentence));
  if (wrong.length) return wrong[0][0].focus();
  if (busy) return undefined;
  busy = true;
  let entry;
  try {
    await mayNote();
    entry = await note({ kind: "contact", first_name: first.value.trim(), reach: value, activity: $("#activite").value.trim(), agreed: true });
  } catch (error) {
    busy = false;
    return notNoted(error);
  }
  const days = $("form").dataset.days;
  const title = t("Merci\u00a0! Quelqu’un du Cercle vous écrit sous ", "Thank you! Someone of the circle writes to you within ")
    + `${days}\u00a0${t("jours", "days")}.`;
  const kept = t("Vos réponses ne restent pas lisibles sur cette tablette.", "Your answers cannot be read on this tablet any more.");
  finish(title, [kept]);
  const outcome = online ? await outcomeOf(entry.key) : null;
  if (outcome && outcome.onward) {
    finish(title, [kept, t("Pour continuer tout de suite sur votre téléphone, lisez ce code avec son appareil photo.",
      "To go on now on your telephone, read this code with its camera.")],
    { seconds: FOLLOWED, drawing: drawn(outcome.onward.qr, t("Code QR pour continuer sur votre téléphone", "QR code to go on on your telephone")) });
  }
  return undefined;
});
