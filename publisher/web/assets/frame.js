"use strict";
// Tells the page around the frame how high it is. That is all that it tells.
(() => {
  if (parent === window) return;
  let last = 0;
  const tell = () => {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height !== last) parent.postMessage({ type: "deskwire:height", height: (last = height) }, "*");
  };
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
})();
