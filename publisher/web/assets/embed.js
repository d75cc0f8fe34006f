"use strict";
// <deskwire-feed src="https://news.example/desks/world/feed.json" count="5"> shows the newest items of a desk. It sets nothing, sends nothing
// and asks nobody but the site of its src; styles live in a style sheet of the element's own, which a host's policy need not allow.
// A frame with data-deskwire gets the height that its page tells.
(() => {
  const every = 5 * 60 * 1000; // how often a page that is looked at asks again
  const most = 20;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { display: block; color-scheme: light dark; --i: var(--deskwire-ink, light-dark(#1b1b1b, #e8e6e1)); --q: var(--deskwire-quiet, light-dark(#5c5c5c, #a8a6a0));
 --r: var(--deskwire-rule, light-dark(#d9d5cc, #35363a)); --l: var(--deskwire-link, light-dark(#0b4f8a, #8fc3f5));
 background: var(--deskwire-paper, light-dark(#fdfcf9, #16171a)); color: var(--i); font: var(--deskwire-font, 1rem/1.45 Georgia, serif); padding: var(--deskwire-padding, .75rem 1rem); }
:host([theme=light]) { color-scheme: light; } :host([theme=dark]) { color-scheme: dark; } :host([hidden]) { display: none; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flow-root; padding: .6rem 0; border-top: 1px solid var(--r); overflow-wrap: anywhere; }
li:first-child { border-top: 0; }
.title, p { margin: 0 0 .3rem; } .title { font-size: 1.0625em; line-height: 1.3; }
.title a { color: inherit; text-decoration: none; } .title a:hover, .title a:focus-visible { text-decoration: underline; }
a { color: var(--l); } :focus-visible { outline: 2px solid var(--l); outline-offset: 2px; }
p { font-size: .9375em; } .meta, footer { color: var(--q); font: .8125em/1.5 system-ui, sans-serif; }
footer { border-top: 1px solid var(--r); padding-top: .5rem; }
img { float: inline-end; width: 6rem; height: auto; aspect-ratio: 4 / 3; object-fit: cover; margin-inline-start: .75rem; background: var(--r); font-size: .75rem; }`);

  // web is an address that may be followed or loaded, "" for any other.
  const web = (address, base) => {
    try {
      const url = new URL(address, base);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
    } catch {
      return "";
    }
  };

  const make = (name, part, ...children) => {
    const node = document.createElement(name);
    if (part) node.part = node.className = part;
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  };

  const anchor = (href, text) => {
    const a = make("a", "", text);
    a.href = href;
    a.target = "_blank";
    a.rel = "noopener";
    return a;
  };

  // regional is a language as the reader writes it, where they read it: a date in en is another in London than in Chicago.
  const regional = (language) => {
    const same = navigator.languages.find((own) => own.split("-")[0] === language.split("-")[0]);
    return language.includes("-") ? language : same ?? language;
  };

  class DeskwireFeed extends HTMLElement {
    static observedAttributes = ["src", "count", "pictures", "summary"];
    #timer = 0;
    #asked = 0;
    #seen = () => { if (!document.hidden && Date.now() - this.#asked > every) this.#load(); };

    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      document.addEventListener("visibilitychange", this.#seen);
      this.#timer = setInterval(this.#seen, every / 5);
      this.#load();
    }

    disconnectedCallback() {
      document.removeEventListener("visibilitychange", this.#seen);
      clearInterval(this.#timer);
    }

    attributeChangedCallback() {
      if (this.shadowRoot) this.#load();
    }

    // The part of a desk's feed that other sites may show has an address of its own beside the feed's.
    get #address() {
      const src = web(this.getAttribute("src") ?? "", document.baseURI);
      return src && new URL(src.replace(/\/feed\.json$/, "/out/embed.json")).href;
    }

    async #load() {
      const address = this.#address;
      if (!address) return;
      this.#asked = Date.now();
      this.setAttribute("aria-busy", "true");
      try {
        // A browser's cache asks with If-None-Match by itself.
        const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
        if (!answer.ok) throw new Error(answer.status);
        const feed = await answer.json();
        if (address === this.#address) this.#show(feed, address);
      } catch {
        if (!this.shadowRoot.firstChild) this.shadowRoot.append(make("p", "error", anchor(address.replace(/out\/embed\.json$/, ""), this.textContent.trim() || new URL(address).host)));
      }
      this.removeAttribute("aria-busy");
    }

    #show(feed, base) {
      const language = this.lang || feed.language || document.documentElement.lang || "en";
      const count = Math.min(Math.max(parseInt(this.getAttribute("count"), 10) || 5, 1), most);
      const list = make("ul", "list");
      for (const item of (feed.items ?? []).filter((one) => one._deskwire?.status !== "killed").slice(0, count)) list.append(this.#item(item, base, language));
      const home = web(feed.home_page_url, base);
      const host = home && new URL("/", home).href;
      const site = feed._deskwire?.site ?? (host && new URL(host).host);
      const footer = make("footer", "footer", home ? anchor(home, feed.title ?? home) : "", host ? " · " : "", host ? anchor(host, site) : "");
      const box = make("section", "feed", list, footer);
      box.lang = language;
      box.dir = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i.test(language) ? "rtl" : "ltr";
      box.setAttribute("aria-label", feed.title ?? "");
      this.shadowRoot.replaceChildren(box);
      this.dispatchEvent(new CustomEvent("deskwire-shown", { bubbles: true }));
    }

    #item(item, base, language) {
      const entry = make("li", "item");
      if (item.language && item.language !== language) entry.lang = item.language;
      entry.dir = "auto";
      const picture = this.getAttribute("pictures") === "none" ? null : item._deskwire?.pictures?.[0];
      const image = web(picture?.url ?? (picture === null ? "" : item.image) ?? "", base);
      if (image) {
        const img = make("img", "picture");
        Object.assign(img, { loading: "lazy", decoding: "async", referrerPolicy: "no-referrer", alt: picture?.caption ?? "", src: image });
        img.addEventListener("error", () => img.remove()); // the host's policy may not allow it
        entry.append(img);
      }
      const link = web(item.url, base);
      entry.append(make(/^[1-6]$/.test(this.getAttribute("heading")) ? "h" + this.getAttribute("heading") : "h2", "title", link ? anchor(link, item.title ?? link) : (item.title ?? "")));
      if (this.getAttribute("summary") !== "none" && item.content_text && item.content_text !== item.title) entry.append(make("p", "summary", item.content_text));
      const meta = make("p", "meta");
      const at = new Date(item.date_published);
      if (!isNaN(at)) {
        const time = make("time", "time", new Intl.DateTimeFormat(regional(language), { dateStyle: "long", timeStyle: "short" }).format(at));
        time.dateTime = at.toISOString();
        meta.append(time);
      }
      const source = item._deskwire?.source?.name;
      if (source) meta.append(meta.firstChild ? " · " : "", make("bdi", "source", source));
      entry.append(meta);
      return entry;
    }
  }
  if (!customElements.get("deskwire-feed")) customElements.define("deskwire-feed", DeskwireFeed);

  addEventListener("message", (event) => {
    const height = event.data?.type === "deskwire:height" && Number(event.data.height);
    if (!(height > 0 && height < 20000)) return;
    for (const frame of document.querySelectorAll("iframe[data-deskwire]")) {
      if (frame.contentWindow === event.source) frame.height = height;
    }
  });
})();
