"use strict";
// "Show more" puts the next part of a stream below what is there. Without this script, and whenever something goes wrong, the link leads
// to a page that holds the same.
(() => {
  const stream = document.querySelector(".stream");
  const status = document.querySelector(".status");
  if (!stream || !status) return;

  const known = (id) => id !== "" && document.getElementById(id) !== null;

  async function more(link) {
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    status.textContent = link.dataset.loading;
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      let first = null;
      for (const article of part.querySelectorAll(".stream > article")) {
        if (known(article.id)) continue; // pinned, or it came back
        const added = stream.appendChild(document.adoptNode(article));
        first ??= added;
      }
      status.textContent = "";
      link.removeAttribute("aria-busy");
      const next = part.querySelector("a.older");
      if (next) link.href = next.href; else link.remove();
      // Who came here by keyboard or with a screen reader goes on where the new part begins.
      const heading = first && first.querySelector("h2 a");
      if (heading) heading.focus({ preventScroll: true });
      else if (next) await more(link); // all of it was known
    } catch {
      location.assign(link.href);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a.older");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    more(link);
  });

  // New items say that they are there. A server that can tells when the page has changed; else the page is asked for once a minute, by way
  // of the browser's cache. Nobody is told, and nobody asked, while nobody looks.
  const button = document.querySelector(".fresh button");
  if (!button) return;
  const forms = JSON.parse(button.dataset.forms);
  const rules = new Intl.PluralRules(document.documentElement.lang || "en");
  const minute = 60 * 1000;
  let waiting = []; // articles that are not shown yet, as the page has them
  let events = null;
  let deaf = false; // this server does not tell
  let asked = Date.now();

  async function look() {
    asked = Date.now();
    const answer = await fetch(location.pathname, { credentials: "same-origin", cache: "no-cache" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    waiting = [...page.querySelectorAll(".stream > article")].filter((article) => !known(article.id));
    const oldest = stream.querySelector(":scope > article:last-of-type time")?.dateTime ?? "";
    waiting = waiting.filter((article) => (article.querySelector("time")?.dateTime ?? "") >= oldest); // what moved up from the archive is not new
    button.hidden = waiting.length === 0;
    if (!button.hidden) button.textContent = (forms[rules.select(waiting.length)] ?? forms.other).replace("%d", waiting.length);
  }

  button.addEventListener("click", () => {
    const shown = waiting.map((article) => document.adoptNode(article));
    waiting = [];
    button.hidden = true;
    stream.querySelector(".empty")?.remove();
    stream.prepend(...shown);
    shown[0]?.querySelector("h2 a")?.focus();
  });

  function listen() {
    if (document.hidden || deaf || events) return;
    events = new EventSource(location.pathname + "live");
    // Everybody is told in the same moment, and need not ask in the same one.
    events.addEventListener("changed", () => setTimeout(look, Math.random() * 2000));
    // Only a server that answers here can search as well: files can do neither, and their page is the same.
    const ask = document.querySelector(".ask");
    if (ask) events.onopen = () => { ask.hidden = false; };
    events.onerror = () => {
      if (events && events.readyState === EventSource.CLOSED) {
        deaf = true;
        events = null;
      }
    };
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      events?.close();
      events = null;
    } else {
      listen();
      if (Date.now() - asked > minute) look();
    }
  });
  setInterval(() => { if (deaf && !document.hidden && Date.now() - asked >= minute) look(); }, minute / 4);
  listen();
})();
