#!/bin/bash
# measure.sh [SECONDS]: deskwire's HTTP server beside nginx serving the same bytes as static files.
#
# One core for the server, the other for wrk; four rounds, one after the other, medians. Needs nginx (with gzip_static), wrk,
# curl and two cores that do nothing else. It prints requests a second, p99 and deskwire's share of nginx's rate. KINDS, CONNS and
# ROUNDS choose what is measured.
set -euo pipefail
seconds=${1:-4} rounds=${ROUNDS:-4}
cd "$(dirname "$0")/../../.."
dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT

go build -trimpath -o "$dir/deskwire" ./cmd/deskwire
ulimit -n 20000
awk 'BEGIN { srand(7)
  print "<rss version=\"2.0\"><channel><title>Bench Wire</title><link>https://wire.example.org/</link><description>Invented</description>"
  for (i = 0; i < 30; i++) {
    printf "<item><title>Report %d from the harbour</title><link>https://wire.example.org/%d</link><guid>https://wire.example.org/%d</guid><pubDate>Mon, 23 Nov 2026 %02d:%02d:00 GMT</pubDate><description>&lt;p&gt;", i, i, i, i % 24, i
    for (w = 0; w < 230; w++) { s = ""; for (k = 0; k < 2 + int(rand() * 6); k++) s = s substr("etaoinshrdlu", 1 + int(rand() * 12), 1); printf "%s ", s }
    print "&lt;/p&gt;</description></item>"
  }
  print "</channel></rss>" }' >"$dir/wire.rss"
cat >"$dir/config.yaml" <<CONF
site: {url: "http://127.0.0.1:18081", id: "example.org,2026", title: Bench}
serve: {listen: "127.0.0.1:18081", metrics: "127.0.0.1:18083"}
sources: [{name: wire, url: "file://$dir/wire.rss", own: true}]
desks: [{name: world, take: [{sources: [wire]}]}]
CONF
GOMAXPROCS=1 taskset -c 0 "$dir/deskwire" serve --config "$dir/config.yaml" >"$dir/deskwire.log" 2>&1 & pids+=($!)
path=/desks/world/feed.atom ours=http://127.0.0.1:18081 theirs=http://127.0.0.1:18082
for _ in $(seq 100); do [ "$(curl -s $ours$path | wc -c)" -gt 20000 ] && break; sleep .1; done

mkdir -p "$dir/root/desks/world" "$dir/tmp"
curl -sfo "$dir/root$path" $ours$path
curl -sfo "$dir/root$path.gz" -H 'Accept-Encoding: gzip' $ours$path
cat >"$dir/nginx.conf" <<CONF
worker_processes 1; worker_cpu_affinity 01; daemon off; pid $dir/nginx.pid; error_log $dir/error.log;
events { worker_connections 20000; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100; gzip_static on; gzip_vary on;
  client_body_temp_path $dir/tmp; proxy_temp_path $dir/tmp; fastcgi_temp_path $dir/tmp; uwsgi_temp_path $dir/tmp; scgi_temp_path $dir/tmp;
  types { application/atom+xml atom; }
  server { listen 127.0.0.1:18082 backlog=8192; root $dir/root; }
}
CONF
taskset -c 0 nginx -c "$dir/nginx.conf" -e "$dir/error.log" & pids+=($!)
for _ in $(seq 50); do curl -sfo /dev/null $theirs$path && break; sleep .1; done
echo "feed: $(stat -c %s "$dir/root$path") bytes, $(stat -c %s "$dir/root$path.gz") with gzip"

tag() { curl -sI -H "Accept-Encoding: $2" "$1$path" | tr -d '\r' | awk 'tolower($1)=="etag:"{print $2}'; }
median() { sort -n | awk '{v[NR]=$1} END {print (NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2)}'; }
load() { # URL CONNECTIONS HEADER: rate and p99 in ms
  taskset -c 1 wrk -t1 -c"$2" -d"$seconds" --timeout 10s --latency -H "$3" ${4:+-H "$4"} "$1$path" >"$dir/wrk"
  awk '/Requests\/sec/{r=$2} $1=="99%"{p=$2} /Socket errors|Non-2xx/{e=$0} END {
    if (p ~ /us$/) p=p/1000; else if (p ~ /ms$/) p=p+0; else p=p*1000; print r, p, e}' "$dir/wrk"
}
for kind in ${KINDS:-plain gzip 304}; do
  for c in ${CONNS:-32 200 1000}; do
    : >"$dir/o"; : >"$dir/t"
    for _ in $(seq $rounds); do
      for who in ours theirs; do
        url=${!who}
        case $kind in
          plain) out=$(load "$url" $c "Accept-Encoding: identity") ;;
          gzip) out=$(load "$url" $c "Accept-Encoding: gzip") ;;
          304) out=$(load "$url" $c "Accept-Encoding: gzip" "If-None-Match: $(tag "$url" gzip)") ;;
        esac
        echo "$out" >>"$dir/${who:0:1}"
      done
    done
    or=$(awk '{print $1}' "$dir/o" | median) tr=$(awk '{print $1}' "$dir/t" | median)
    op=$(awk '{print $2}' "$dir/o" | median) tp=$(awk '{print $2}' "$dir/t" | median)
    errors=$(awk 'NF>2' "$dir/o" | wc -l)
    awk -v k=$kind -v c=$c -v or="$or" -v tr="$tr" -v op="$op" -v tp="$tp" -v e="$errors" 'BEGIN {
      printf "%-5s %4d connections: %7.0f/s, nginx %7.0f/s, share %.2f; p99 %6.1f ms, nginx %6.1f ms, %.1f times%s\n", k, c, or, tr, or/tr, op, tp, op/tp, e ? "; ERRORS" : ""}'
  done
done
