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
})();
