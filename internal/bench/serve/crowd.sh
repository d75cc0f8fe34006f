#!/bin/bash
# crowd.sh [SECONDS]: deskwire's HTTP server with 8,000 connections, and while it takes in 500 feeds.
#
# One core for the server, the other for wrk and for the wires, which nginx serves. It prints errors and memory of the crowd, and p99 at
# 32 connections when nothing else happens and while a first round of 500 feeds with 30 items each is asked, matched, filed and
# published. Needs nginx, wrk and curl.
set -euo pipefail
seconds=${1:-5} feeds=500
cd "$(dirname "$0")/../../.."
dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
ulimit -n 20000

go build -trimpath -o "$dir/deskwire" ./cmd/deskwire
mkdir -p "$dir/wires" "$dir/tmp"
chmod 755 "$dir" # nginx reads as somebody else
awk -v dir="$dir/wires" -v feeds=$feeds 'BEGIN { srand(7)
  for (f = 0; f <= feeds; f++) {
    file = dir "/" f ".rss"
    print "<rss version=\"2.0\"><channel><title>Bench Wire " f "</title><link>https://wire" f ".example.org/</link><description>Invented</description>" >file
    for (i = 0; i < 30; i++) {
      link = "https://wire" f ".example.org/" i
      printf "<item><title>", "" >file
      for (w = 0; w < 8; w++) { s = ""; for (k = 0; k < 3 + int(rand() * 6); k++) s = s substr("etaoinshrdlu", 1 + int(rand() * 12), 1); printf "%s ", s >file }
      printf "</title><link>%s</link><guid>%s</guid><pubDate>Mon, 23 Nov 2026 %02d:%02d:00 GMT</pubDate><description>&lt;p&gt;", link, link, i % 24, i >file
      for (w = 0; w < 230; w++) { s = ""; for (k = 0; k < 2 + int(rand() * 6); k++) s = s substr("etaoinshrdlu", 1 + int(rand() * 12), 1); printf "%s ", s >file }
      print "&lt;/p&gt;</description></item>" >file
    }
    print "</channel></rss>" >file
    close(file)
  } }'
cat >"$dir/nginx.conf" <<CONF
worker_processes 1; worker_cpu_affinity 10; daemon off; pid $dir/nginx.pid; error_log $dir/error.log;
events { worker_connections 2000; }
http {
  access_log off; types { application/rss+xml rss; }
  client_body_temp_path $dir/tmp; proxy_temp_path $dir/tmp; fastcgi_temp_path $dir/tmp; uwsgi_temp_path $dir/tmp; scgi_temp_path $dir/tmp;
  server { $(for h in $(seq 50); do echo "listen 127.0.1.$h:18082;"; done) root $dir/wires; }
}
CONF
taskset -c 1 nginx -c "$dir/nginx.conf" -e "$dir/error.log" & pids+=($!)
{
  echo 'site: {url: "http://127.0.0.1:18081", id: "example.org,2026", title: Bench}'
  echo 'serve: {listen: "127.0.0.1:18081", metrics: "127.0.0.1:18083"}'
  echo 'fetch: {allow_private: ["127.0.0.0/8"]}'
  echo 'sources:'
  echo "  - {name: wire-0, url: \\"file://$dir/wires/0.rss\\", own: true}" | tr -d '\\'
  echo 'desks: [{name: world, take: [{sources: [wire-0]}]}]'
} >"$dir/config.yaml"
GOMAXPROCS=1 taskset -c 0 "$dir/deskwire" serve --config "$dir/config.yaml" >"$dir/deskwire.log" 2>&1 & server=$!; pids+=($server)
path=/desks/world/feed.atom ours=http://127.0.0.1:18081
for _ in $(seq 100); do [ "$(curl -s $ours$path | wc -c)" -gt 20000 ] && break; sleep .1; done
[ -d /proc/$server ] || { cat "$dir/deskwire.log"; exit 1; }

rss() { awk '/RssAnon/{print int($2/1024)}' /proc/$server/status; }
load() { # CONNECTIONS SECONDS
  taskset -c 1 wrk -t1 -c"$1" -d"$2" --timeout 10s --latency -H "Accept-Encoding: gzip" "$ours$path" >"$dir/wrk"
  awk '/Requests\/sec/{r=$2} $1=="50%"{m=$2} $1=="99%"{p=$2} /Socket errors|Non-2xx/{e=$0} END {print r "/s, median " m ", p99 " p (e ? "; " e : "; no errors")}' "$dir/wrk"
}
echo "quiet, 32 connections: $(load 32 "$seconds")"
for f in $(seq $feeds); do echo "  - {name: wire-$f, url: \"http://127.0.1.$((f % 50 + 1)):18082/$f.rss\", own: true}"; done >"$dir/more"
sed -i "/wire-0, url/r $dir/more" "$dir/config.yaml"
kill -HUP $server
sleep .2
( time "$dir/deskwire" ingest --config "$dir/config.yaml" >"$dir/round" 2>&1 ) 2>"$dir/took" & round=$!
echo "while $feeds feeds come in, 32 connections: $(load 32 "$seconds")"
wait $round || true
tail -1 "$dir/round"
grep real "$dir/took"
echo "8,000 connections: $(load 8000 "$seconds"); RssAnon $(rss) MB"
