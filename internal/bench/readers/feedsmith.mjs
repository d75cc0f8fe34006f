// Reads the files named on standard input with feedsmith and writes one JSON object a line for each.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseFeed } from "feedsmith";

const text = (v) => (typeof v === "string" ? v : v?.value ?? "");
const one = (v) => (Array.isArray(v) ? v[0] : v);
const utc = (raw) => { const t = new Date(raw ?? ""); return isNaN(t) ? "" : t.toISOString(); };

function item(it) {
  const raw = it.pubDate ?? it.published ?? it.updated ?? it.date_published ?? it.date_modified ?? it.dc?.date ?? one(it.dc?.dates) ?? "";
  const texts = [it.content?.encoded, text(it.content), text(it.description), text(it.summary), it.content_html, it.content_text];
  const media = [...(it.media?.contents ?? []), ...(it.media?.thumbnails ?? []), ...(it.media?.group?.contents ?? [])];
  const who = one(it.authors) ?? one(it.dc?.creators) ?? it.dc?.creator ?? "";
  const link = it.link ?? it.url ?? (it.links ?? []).find((l) => !l.rel || l.rel === "alternate")?.href ?? "";
  return {
    id: text(it.guid) || it.id || it.rdf?.about || "", link, title: text(it.title), author: typeof who === "string" ? who : who?.name ?? "",
    date: utc(raw), updated: utc(it.updated ?? it.date_modified), raw: String(raw),
    html: texts.filter((t) => typeof t === "string").sort((a, b) => b.length - a.length)[0] ?? "",
    pictures: [...media.map((m) => m.url), it.image].filter((u) => typeof u === "string"),
    enclosures: [...(it.enclosures ?? []), ...(it.attachments ?? []), ...(it.links ?? []).filter((l) => l.rel === "enclosure")].map((e) => e.url ?? e.href).filter(Boolean),
  };
}

for await (const path of createInterface({ input: process.stdin })) {
  const out = { path, items: [] };
  try {
    const body = readFileSync(path);
    const label = /encoding=["']([\w.:-]+)/.exec(body.subarray(0, 200).toString("latin1"))?.[1] ?? "utf-8";
    let decoder;
    try { decoder = new TextDecoder(label); } catch { decoder = new TextDecoder(); }
    const { feed } = parseFeed(decoder.decode(body));
    out.items = (feed.items ?? feed.entries ?? []).map(item);
  } catch (err) {
    out.error = String(err.message).slice(0, 200);
  }
  console.log(JSON.stringify(out));
}
