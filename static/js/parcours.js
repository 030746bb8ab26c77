/* What the pages do beyond plain HTML. Everything here may be missing: no task depends on it. Wired by data- attributes only. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const digits = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

  /* One polite live region a page. Emptied first, so that the same words are spoken twice. */
  function announce(text) {
    const region = $("#annonces");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }

  /* htmx, closed: evaluates no string, keeps no script of an answer, follows no address of another origin. */
  const refuse = function () { throw new Error("htmx evaluates nothing here"); };
  const ours = (address) => new URL(address, location.href).origin === location.origin;
  window.htmx?.registerExtension("closed", {
    init: (api) => api.initSecurity(null, refuse, refuse),
    htmx_config_request: (_, { ctx }) => ours(ctx.request.action),
    htmx_before_response: (_, { ctx }) => {
      for (const header of ["redirect", "location", "pushurl", "replaceurl"]) {
        if (ctx.hx[header] && !["true", "false"].includes(ctx.hx[header]) && !ours(ctx.hx[header])) delete ctx.hx[header];
      }
    },
    htmx_before_swap: (_, { tasks }) => {
      for (const { fragment } of tasks) fragment && all("script", fragment).forEach((script) => script.remove());
    },
  });

  /* Nothing moves under 400 ms; then the pressed button says so. aria-disabled: `disabled` would lose the keyboard focus. */
  const pressed = new Map();
  function rest(form) {
    const { button, words, timer } = pressed.get(form) ?? {};
    clearTimeout(timer);
    pressed.delete(form);
    if (!words) return;
    button.replaceChildren(...words);
    button.removeAttribute("aria-disabled");
    form.removeAttribute("aria-busy");
  }
  document.addEventListener("submit", ({ target: form, submitter: button }) => {
    if (form.method !== "post" || !button || pressed.has(form)) return;
    const entry = { button };
    entry.timer = setTimeout(() => {
      const file = $("input[type=file]", form)?.files[0];
      entry.words = [...button.childNodes];
      button.textContent = form.dataset.busy || document.body.dataset.busy;
      button.setAttribute("aria-disabled", "true");
      form.setAttribute("aria-busy", "true");
      announce(file ? document.body.dataset.upload.replace("{}", file.name) : button.textContent);
    }, 400);
    pressed.set(form, entry);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => rest(ctx.request.form ?? ctx.sourceElement));
  window.addEventListener("pageshow", () => [...pressed.keys()].forEach(rest));

  /* Failures: a lasting banner, the form untouched, focus on the button that was pressed. */
  function fail(ctx, words, incident) {
    const place = $("#panne");
    const banner = $("template", place.parentElement).content.cloneNode(true);
    $("p", banner).textContent = incident ? `${words} ${place.dataset.incident} ${incident}` : words;
    place.replaceChildren(banner);
    rest(ctx.request.form);
    (ctx.request.submitter ?? ctx.sourceElement)?.focus?.();
  }
  /* A draft line says its own failures (brouillon.js). */
  const draft = (ctx) => ctx?.sourceElement?.id === "brouillon";
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx?.request && !draft(ctx) && fail(ctx, $("#panne").dataset.network));
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const { status, headers } = ctx.response;
    if (status === 422 || status === 409 || draft(ctx)) return;
    const words = $("#panne").dataset;
    fail(ctx, words[headers.get("X-Why") ?? status] ?? words.server, headers.get("X-Incident"));
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    if (ctx.response && (ctx.response.status < 400 || [409, 422].includes(ctx.response.status))) $("#panne")?.replaceChildren();
  });

  /* After a swap: htmx follows ids and [autofocus]; what is left without focus goes to the heading of what changed. */
  let opener = null;
  document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
    for (const dialog of all("dialog[data-modal]:not([open])")) {
      opener = ctx.sourceElement;
      dialog.showModal();
    }
    if (document.activeElement && document.activeElement !== document.body) return;
    if (!ctx.request?.submitter && ctx.sourceEvent?.type !== "click") return;
    ($("[data-focus], h1, h2", target) ?? $("main")).focus();
  });
  document.addEventListener("close", ({ target }) => {
    if (!target.matches("dialog[data-modal]")) return;
    target.remove();
    (opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id))?.focus();
  }, true);

  /* Long texts: characters left from three quarters on, spoken after a pause of one second. Code points, as the server counts. */
  let speaking;
  function count(area, speak) {
    const line = document.getElementById(`${area.id}-c`);
    if (!line) return;
    const max = Number(line.dataset.max);
    const left = max - [...area.value].length;
    const words = line.dataset;
    words.rule ??= line.textContent;
    const sentence = left < 0 ? (left === -1 ? words.overOne : words.over) : left <= 1 ? words.leftOne : words.left;
    const near = left <= max / 4;
    line.textContent = near ? sentence.replace("{}", digits(Math.abs(left))) : words.rule;
    line.classList.toggle("over", left < 0);
    clearTimeout(speaking);
    if (speak && near) speaking = setTimeout(() => announce(line.textContent), 1000);
  }
  document.addEventListener("input", ({ target }) => target.matches("textarea") && count(target, true));

  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-copy], [data-print], [data-close], [data-stop]");
    if (!act) return;
    if ("print" in act.dataset) window.print();
    if ("stop" in act.dataset) { localStorage.raccourci = off() ? "" : "non"; label(act); }
    if ("close" in act.dataset && act.closest("dialog[data-modal]")) { event.preventDefault(); act.closest("dialog").close(); }
    if ("copy" in act.dataset) navigator.clipboard.writeText(act.dataset.copy).then(() => announce(act.dataset.done));
  });

  /* « / » goes to the search of a page that asks for it, when nothing else wants the key; one may turn it off (WCAG 2.1.4). */
  const off = () => localStorage.raccourci;
  const label = (act) => { if (act) act.textContent = act.dataset[off() ? "start" : "stop"]; };
  label($("[data-stop]"));
  document.addEventListener("keydown", (event) => {
    const search = event.key === "/" && !off() && !event.ctrlKey && !event.metaKey && !event.altKey && $("[data-slash]");
    if (!search || event.target.matches("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    search.focus();
  });

  /* What refreshes under someone's hands waits until nobody is looking elsewhere, choosing or typing. */
  let beats = 0;
  setInterval(() => {
    beats += 5;
    const live = $("[data-refresh]");
    if (!live || document.hidden || beats % (live.dataset.refresh || 20)) return;
    const held = $("dialog[open]") || $("details[open]", live) || document.activeElement?.matches("main :is(input, textarea, select, button)");
    document.body.dispatchEvent(new Event(held ? "verifier" : "rafraichir"));
  }, 5000);

  /* « I am here », while a dossier is read. */
  const beat = () => $("[data-beat]") && !document.hidden && document.body.dispatchEvent(new Event("battre"));
  setInterval(beat, 30000);
  setTimeout(beat, 1500);

  /* Boxes ticked in a list are counted aloud; what just happened is said once the page is there. */
  document.addEventListener("change", ({ target }) => {
    const list = target.matches("[type=checkbox]") && target.closest("[data-chosen]");
    if (!list) return;
    const n = all("[type=checkbox]:checked", list).length;
    announce((n > 1 ? list.dataset.chosen : list.dataset.chosenOne).replace("{}", digits(n)));
  });

  /* What this browser kept of drafts goes when one signs out, and once they are sent. */
  const forget = () => Object.keys(localStorage).forEach((key) => key.startsWith("brouillon:") && localStorage.removeItem(key));
  document.addEventListener("submit", ({ target }) => target.action.endsWith("/deconnexion") && forget());
  if ($("[data-forget-copies]")) forget();

  function start(root) {
    const told = $("[data-announce]", root);
    if (told) { announce(told.dataset.announce); told.remove(); }
    all("textarea", root).forEach((area) => count(area, false));
    all("[data-needs-script]", root).forEach((thing) => { thing.hidden = false; });
  }
  document.addEventListener("htmx:after:settle", ({ target }) => start(target.parentNode ?? document));
  start(document);
})();
