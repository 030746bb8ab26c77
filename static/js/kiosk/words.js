// French first; English when asked for, until the next person.

export const english = location.search === "?en";
export const t = (french, inEnglish) => english ? inEnglish : french;

export function translate(root = document) {
  if (!english) return;
  document.documentElement.lang = "en";
  for (const part of root.querySelectorAll("[data-en]")) part.textContent = part.dataset.en;
  for (const part of root.querySelectorAll("[data-en-label]")) part.setAttribute("aria-label", part.dataset.enLabel);
}

export const go = (address) => location.replace(address + (english ? "?en" : ""));
