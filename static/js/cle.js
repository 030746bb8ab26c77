/* A security key or a telephone: asks the house its question, the browser its answer, and sends the form. */
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function answer(form) {
    const asked = await fetch(form.dataset.cle, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!asked.ok) throw new Error(asked.status);
    const options = await asked.json();
    options.challenge = bytes(options.challenge);
    let given;
    if ("ajouter" in form.dataset) {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
      given = await navigator.credentials.create({ publicKey: options });
    } else {
      options.allowCredentials = known(options.allowCredentials);
      given = await navigator.credentials.get({ publicKey: options });
    }
    const said = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given.response[name]) said[name] = text(given.response[name]);
    }
    return JSON.stringify({ id: given.id, rawId: text(given.rawId), type: given.type, response: said,
      clientExtensionResults: given.getClientExtensionResults() });
  }

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("[data-cle]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const send = (told) => { form.elements.answer.value = told; form.submit(); };
      answer(form).then(send, () => send("{}"));
    });
  }
  document.querySelectorAll("[data-cle-ou]").forEach((one) => { one.hidden = false; });
})();
