# Writes what newsboat's cache, named first, knows of each item, one JSON object a line.
import json
import sqlite3
import sys

rows = sqlite3.connect(sys.argv[1]).execute("SELECT feedurl, guid, title, pubDate, content, enclosure_url FROM rss_item WHERE deleted = 0")
for feed, guid, title, date, content, enclosure in rows:
    print(json.dumps({"path": feed.removeprefix("file://"), "id": guid, "title": title, "unix": date, "html": content, "enclosures": [enclosure] if enclosure else []}))
