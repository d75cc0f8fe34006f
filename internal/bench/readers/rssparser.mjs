// Reads the files named on standard input with rss-parser and writes one JSON object a line for each.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Parser from "rss-parser";

const text = (v) => (typeof v === "string" ? v : v?._ ?? "");
const utc = (raw) => { const t = new Date(raw ?? ""); return isNaN(t) ? "" : t.toISOString(); };

function item(it) {
  const texts = [it["content:encoded"], it.content, it.summary].map(text);
  return {
    id: text(it.guid) || text(it.id), link: text(it.link), title: text(it.title), author: text(it.creator) || text(it.author),
    date: utc(it.isoDate ?? it.pubDate), updated: "", raw: text(it.pubDate), html: texts.sort((a, b) => b.length - a.length)[0],
    pictures: [], enclosures: it.enclosure?.url ? [it.enclosure.url] : [],
  };
}

for await (const path of createInterface({ input: process.stdin })) {
  const out = { path, items: [] };
  try {
    const body = readFileSync(path);
    const label = /encoding=["']([\w.:-]+)/.exec(body.subarray(0, 200).toString("latin1"))?.[1] ?? "utf-8";
    let decoder;
    try { decoder = new TextDecoder(label); } catch { decoder = new TextDecoder(); }
    const feed = await new Parser().parseString(decoder.decode(body));
    out.items = (feed.items ?? []).map(item);
  } catch (err) {
    out.error = String(err.message).slice(0, 200);
  }
  console.log(JSON.stringify(out));
}
