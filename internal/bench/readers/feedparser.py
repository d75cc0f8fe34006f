# Reads the files named on standard input with feedparser and writes one JSON object a line for each.
import json
import sys

import feedparser

def when(parsed):
    if not parsed:
        return ""
    try:
        return "%04d-%02d-%02dT%02d:%02d:%02dZ" % tuple(parsed)[:6]
    except (TypeError, ValueError):
        return ""

def item(e):
    html = max([c.get("value", "") for c in e.get("content", [])] + [e.get("summary", "")], key=len)
    pictures = [m.get("url") for m in e.get("media_content", []) if "image" in (m.get("medium", "") + m.get("type", ""))]
    pictures += [m.get("url") for m in e.get("media_thumbnail", [])]
    return {
        "id": e.get("id", ""), "link": e.get("link", ""), "title": e.get("title", ""), "author": e.get("author", ""),
        "date": when(e.get("published_parsed")) or when(e.get("updated_parsed")), "updated": when(e.get("updated_parsed")),
        "raw": e.get("published", "") or e.get("updated", ""), "html": html,
        "pictures": [p for p in pictures if p], "enclosures": [x.get("href", "") for x in e.get("enclosures", []) if x.get("href")],
    }

for line in sys.stdin:
    path = line.rstrip("\n")
    out = {"path": path, "items": []}
    try:
        with open(path, "rb") as f:
            body = f.read()
        feed = feedparser.parse(body, response_headers={"content-location": "https://feeds.example.org/a/feed.xml"})
        out["items"] = [item(e) for e in feed.entries]
        if feed.get("bozo"):
            out["error"] = str(feed.get("bozo_exception"))[:200]
    except Exception as err:
        out["error"] = "%s: %s" % (type(err).__name__, str(err)[:200])
    print(json.dumps(out), flush=True)
