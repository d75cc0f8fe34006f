"use strict";
// Buttons that copy the code above them. Without this script the code can be selected.
(() => {
  if (!navigator.clipboard) return;
  const status = document.querySelector(".status");
  for (const button of document.querySelectorAll("button[data-copied]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      status.textContent = button.dataset.copied;
    });
  }
})();
