/* Drafts. The server keeps what is typed (htmx, #brouillon); until it has said so, this browser keeps it too, without what is
   sensitive, seven days at most, and offers it back. */
"use strict";
(() => {
  const WEEK = 7 * 24 * 3600 * 1000;
  const $ = (selector, root = document) => root.querySelector(selector);
  const form = () => $("form[data-draft]");
  const key = `brouillon:${location.pathname}`;
  let edits = 0;

  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("brouillon:") && !(Date.now() - (JSON.parse(localStorage[name]).at ?? 0) < WEEK)) localStorage.removeItem(name);
  }

  /* The fields this browser may keep: no file, nothing hidden, nothing sealed. */
  function fields() {
    const sealed = form().dataset.draft.split(" ");
    return [...form().elements].filter((one) => one.name && !["hidden", "file", "submit", "button", "fieldset"].includes(one.type)
      && !sealed.includes(one.name.split("-")[0]));
  }
  const chosen = (one) => !["radio", "checkbox"].includes(one.type) || one.checked;
  const typed = () => fields().filter(chosen).map((one) => [one.name, one.value]);

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      if (!form()?.contains(target)) return;
      edits += 1;
      localStorage[key] = JSON.stringify({ at: Date.now(), typed: typed() });
    }, true);  // before htmx sends it
  }

  /* Each sending has a higher number than the one before; a draft never carries files. */
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const { turn } = ctx.request.form?.matches("[data-draft]") ? ctx.request.form.elements : {};
    if (!turn) return;
    turn.value = Number(turn.value) + 1;
    ctx.edits = edits;
    if (ctx.sourceElement.id === "brouillon") {
      const texts = [...ctx.request.body].filter(([, value]) => typeof value === "string");
      ctx.request.body = new FormData();
      texts.forEach(([name, value]) => ctx.request.body.append(name, value));
    }
    ctx.request.body.set("turn", turn.value);
  });

  /* The server has it: the copy goes, unless more was typed meanwhile. */
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const status = ctx.response?.status;
    if (ctx.edits === edits && (status < 300 || status === 422)) localStorage.removeItem(key);
  });

  function notSaved({ detail: { ctx } }) {
    if (ctx?.sourceElement?.id !== "brouillon" || ctx.response?.status === 409) return;
    const said = $(ctx.response ? "[data-not-taken]" : "[data-not-saved]").content.cloneNode(true);
    $("#annonces").textContent = said.textContent;
    $("#brouillon").replaceChildren(said);
  }
  document.addEventListener("htmx:error", notSaved);
  document.addEventListener("htmx:response:error", notSaved);

  /* Offered back. */
  const copy = () => JSON.parse(localStorage[key] ?? "null");
  function restore() {
    const left = copy().typed;
    for (const one of fields()) {
      const values = left.filter(([name]) => name === one.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(one.type)) one.checked = values.includes(one.value);
      else if (values.length) one.value = values[0];
    }
  }
  document.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-again], [data-restore], [data-forget]");
    if (!act) return;
    if ("restore" in act.dataset) restore();
    if ("forget" in act.dataset) localStorage.removeItem(key);
    if (!("again" in act.dataset)) act.closest(".banner").remove();
    if (!("forget" in act.dataset)) form().dispatchEvent(new Event("change", { bubbles: true }));
    $("h1").focus();
  });
  if (copy() && form()) {
    if (JSON.stringify(copy().typed) === JSON.stringify(typed())) localStorage.removeItem(key);
    else $("[data-copy]").replaceWith($("[data-copy]").content);
  }
})();
