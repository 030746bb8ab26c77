// « Je dis ce qui coince »: a text, perhaps a subject, nothing of who wrote it.

import { send } from "./outbox.js";
import { $, begin, finish, mayNote, notNoted, refuse } from "./screen.js";
import { noteIrritant } from "./seal.js";
import { t } from "./words.js";

begin();
const text = $("#texte"), limit = Number(text.dataset.limit);
let busy = false;

const length = () => [...text.value].length;
text.addEventListener("input", () => {
  const left = limit - length();
  $("#reste").textContent = left >= 0 ? t(`Il vous reste ${left}\u00a0caractères`, `${left} characters left`)
    : t(`${-left}\u00a0caractères en trop`, `${-left} characters too many`);
});

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = !text.value.trim() ? t("Écrivez ce qui coince", "Write what is in the way")
    : length() > limit ? t(`Votre texte doit compter ${limit}\u00a0caractères ou moins`, `Your text must have ${limit} characters or fewer`) : "";
  if (refuse(text, wrong)) return text.focus();
  if (busy) return undefined;
  busy = true;
  try {
    await mayNote();
    const subject = $("input[type=radio]:checked");
    await noteIrritant({ text: text.value.trim(), subject: subject ? subject.value : "" });
  } catch (error) {
    busy = false;
    return notNoted(error);
  }
  finish(t("Merci. C’est déposé pour la prochaine réunion du Cercle vie coopérative.", "Thank you. It is left for the next meeting of the circle of cooperative life."));
  return send();
});
