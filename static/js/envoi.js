/* Adding a file: real bytes, spoken at each quarter; then its place alone changes, what is typed stays. */
"use strict";
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  const shelf = button?.closest("[data-shelf]");
  if (!shelf) return;
  event.stopPropagation();
  const { heavy, failed, bytes } = shelf.dataset;
  if (!button.dataset.upload) return;
  const file = shelf.querySelector("[type=file]").files[0];
  event.preventDefault();
  const say = (text) => { document.getElementById("annonces").textContent = text; };
  const mega = (n) => `${(n / 1048576).toFixed(1).replace(".", ",")}\u00a0Mo`;
  shelf.querySelector("[data-sending]")?.remove();
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  line.dataset.sending = "";
  const show = (text) => { line.prepend(text); shelf.append(line); say(text); };
  const slow = setTimeout(() => {
    line.append(bar);
    show(document.body.dataset.upload.replace("{}", file?.name));
    bar.ariaLabel = line.textContent;
  }, 400);
  const stop = (text) => { clearTimeout(slow); line.textContent = ""; line.className = "error"; show(text); button.focus(); };
  if (file?.size > 10485760) return stop(heavy);
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
    clearTimeout(slow);
    document.getElementById(shelf.id).replaceWith(fresh);
    const error = fresh.querySelector(".error");
    say((error ?? fresh.querySelector(".pieces span")).textContent);
    fresh.querySelector(error ? "[type=file]" : ".pieces a").focus();
  };
  request.open("POST", button.formAction);
  request.send(new FormData(form));
}, true);
