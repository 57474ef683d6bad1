// Passkeys: what makes and keeps them answers to scripts only. Without this a code does the same.
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The options as they came in JSON, with bytes where the browser wants bytes.
  function read(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of [options.allowCredentials, options.excludeCredentials]) {
      (list || []).forEach((one) => { one.id = bytes(one.id); });
    }
    return { publicKey: options };
  }

  function written(made) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    if (made.response.getTransports) response.transports = made.response.getTransports();
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  }

  async function ask(place, token) {
    const body = new URLSearchParams({ token });
    const answer = await fetch(place.dataset.ask, { method: "POST", body, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  async function go(place, form) {
    const making = place.dataset.make;
    const options = making ? JSON.parse(making) : await ask(place, form.elements.token.value);
    const found = making
      ? await navigator.credentials.create(read(options))
      : await navigator.credentials.get(read(options));
    form.elements[place.dataset.into].value = written(found);
    form.submit();
  }

  document.querySelectorAll("[data-passkey]").forEach((place) => {
    const button = place.querySelector("button");
    const failed = place.querySelector("[data-failed]");
    const form = place.closest("form");
    place.querySelector("[data-without]").hidden = true;
    button.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      failed.hidden = true;
      go(place, form).catch(() => {
        button.disabled = false;
        failed.hidden = false;
      });
    });
  });
})();
