/* Adding a file: real bytes, spoken at each quarter; then its place alone changes, what is typed stays. */
"use strict";
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  const { upload: id, heavy, failed, bytes } = form.dataset;
  const file = id && document.getElementById(id).files[0];
  if (!file || button?.formAction !== form.action || button.name) return;
  event.preventDefault();
  const shelf = document.getElementById(`${id}-piece`);
  const say = (text) => { document.getElementById("annonces").textContent = text; };
  const mega = (n) => `${(n / 1048576).toFixed(1).replace(".", ",")}\u00a0Mo`;
  shelf.querySelector("[data-sending]")?.remove();
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  line.dataset.sending = "";
  const show = (text) => { line.prepend(text); shelf.append(line); say(text); };
  const slow = setTimeout(() => {
    line.append(bar);
    show(document.body.dataset.upload.replace("{}", file.name));
    bar.ariaLabel = line.textContent;
  }, 400);
  const done = () => { clearTimeout(slow); dispatchEvent(new Event("pageshow")); };
  const stop = (text) => { done(); line.textContent = ""; line.className = "error"; show(text); button.focus(); };
  if (file.size > 10485760) return stop(heavy);
  const request = new XMLHttpRequest();
  let quarter = 0;
  request.upload.onprogress = ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    if (4 * loaded < total * (quarter + 1) || !bar.isConnected) return;
    quarter = Math.floor(4 * loaded / total);
    say(bytes.replace("{}", mega(loaded)).replace("{}", mega(total)));
  };
  request.onerror = () => stop(failed);
  request.onload = () => {
    const fresh = new DOMParser().parseFromString(request.responseText, "text/html").getElementById(shelf.id);
    if (!fresh) return stop(request.status === 413 ? heavy : failed);
    done();
    shelf.replaceWith(fresh);
    const error = fresh.querySelector(".error");
    say((error ?? fresh.querySelector(".pieces")).textContent);
    fresh.querySelector(error ? "[type=file]" : ".pieces a").focus();
  };
  request.open("POST", form.action);
  request.send(new FormData(form));
});
