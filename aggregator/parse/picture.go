package parse

import (
	"strings"
)

// iconSize is the width and height, in pixels, up to which a picture is an icon: it illustrates nothing.
const iconSize = 48

// pictureKey is what makes two addresses the same picture: without scheme, without parameters of size, quality and tracking,
// without the marks of size that content systems and picture servers put into paths.
func pictureKey(addr string) string {
	_, rest, _ := strings.Cut(addr, "://")
	rest, _, _ = strings.Cut(rest, "#")
	where, query, found := strings.Cut(rest, "?")
	where = strings.TrimPrefix(where, "www.")
	if len(where) > 10 && where[0] == 'i' && where[2:10] == ".wp.com/" { // i0.wp.com/example.org/…: a copy of that
		where = strings.TrimPrefix(where[10:], "www.")
	}
	where = dropSizeSegments(dropSizeMark(where))
	if !found {
		return where
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !trackingParameter(name) && !sizeParameter(name) {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return where
	}
	return where + "?" + strings.Join(kept, "&")
}

// dropSizeMark removes "-300x200", "_300x200", "-scaled" and "@2x" before a file's extension.
func dropSizeMark(s string) string {
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 || dot < strings.LastIndexByte(s, '/') {
		return s
	}
	for _, mark := range [...]string{"-scaled", "@2x", "@3x"} {
		if name, ok := strings.CutSuffix(s[:dot], mark); ok {
			return name + s[dot:]
		}
	}
	if dash := strings.LastIndexAny(s[:dot], "-_"); dash >= 0 {
		if w, _ := dimensions(s[dash+1 : dot]); w > 0 {
			return s[:dash] + s[dot:]
		}
	}
	return s
}

// dropSizeSegments removes the steps of a path that only say a size: "/1200x675/", "/w_1200,h_800/".
func dropSizeSegments(s string) string {
	if !strings.ContainsAny(s, "x,") {
		return s
	}
	host, path, ok := strings.Cut(s, "/")
	if !ok {
		return s
	}
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return s
	}
	says := func(step string) bool {
		w, _ := dimensions(step)
		return w > 0 || transforms(step)
	}
	kept, found := make([]string, 0, 8), false
	for step := range strings.SplitSeq(path[:at], "/") {
		if says(step) {
			found = true
		} else {
			kept = append(kept, step)
		}
	}
	if !found {
		return s
	}
	return strings.Join(append(append([]string{host}, kept...), path[at+1:]), "/")
}

// transforms reports whether a step of a path tells a picture server what to do: "w_1200,h_800,c_fill".
func transforms(step string) bool {
	if !strings.Contains(step, ",") {
		return false
	}
	for part := range strings.SplitSeq(step, ",") {
		name, value, ok := strings.Cut(part, "_")
		if !ok || value == "" || len(name) > 3 || name == "" {
			return false
		}
	}
	return true
}

// dimensions reads "1200x675"; 0 and 0 when s is anything else.
func dimensions(s string) (w, h int) {
	a, b, ok := strings.Cut(s, "x")
	if !ok || a == "" || b == "" || len(a) > 5 || len(b) > 5 || strings.Trim(a, "0123456789") != "" || strings.Trim(b, "0123456789") != "" {
		return 0, 0
	}
	return pixels(a), pixels(b)
}

// sizeMark is the size that a file's name says, as WordPress writes it: "harbour-1024x683.jpg". Nothing else in an address is
// sure: what a picture server is asked for, it may not have.
func sizeMark(addr string) (w, h int) {
	addr, _, query := strings.Cut(addr, "?")
	dot, dash := strings.LastIndexByte(addr, '.'), strings.LastIndexByte(addr, '-')
	if query || dash < 0 || dot < dash || strings.IndexByte(addr[dash:], '/') >= 0 {
		return 0, 0
	}
	if w, h = dimensions(addr[dash+1 : dot]); w == 0 || h == 0 {
		return 0, 0
	}
	return w, h
}

func sizeParameter(name string) bool {
	switch strings.ToLower(name) {
	case "w", "h", "width", "height", "resize", "fit", "crop", "quality", "q", "size", "auto", "format", "fm", "dpr", "strip", "ssl", "s", "sig", "token", "v", "ver",
		"itok", "zoom", "mode", "rect", "cs", "fp-x", "fp-y", "imwidth", "webp", "downsize", "output-quality", "interpolation":
		return true
	}
	return false
}

// trackerHosts serve pictures that are there to be counted. One that begins with a dot stands for all hosts below it.
var trackerHosts = map[string]bool{
	"pixel.wp.com": true, "stats.wp.com": true, "stats.wordpress.com": true, "feeds.wordpress.com": true, "b.scorecardresearch.com": true, "sb.scorecardresearch.com": true,
	".doubleclick.net": true, ".google-analytics.com": true, ".googletagmanager.com": true, "rss.buysellads.com": true, ".feedsportal.com": true, ".vgwort.de": true,
	"counter.yadro.ru": true, "top-fwz1.mail.ru": true, "counter.rambler.ru": true, "counter.theconversation.com": true, "counter.theconversation.edu.au": true,
	"pixel.quantserve.com": true, ".imrworldwide.com": true, ".ivwbox.de": true, ".ioam.de": true, ".etracker.com": true, ".chartbeat.net": true, ".statcounter.com": true,
	"bat.bing.com": true, "px.ads.linkedin.com": true, "analytics.twitter.com": true, ".addtoany.com": true, ".rlcdn.com": true, ".adform.net": true,
}

// tracks reports whether a picture is there to be counted or to take up room, not to be seen.
func tracks(src, w, h string) bool {
	for _, v := range [...]string{w, h} {
		if v = strings.TrimSuffix(strings.TrimSpace(v), "px"); v == "0" || v == "1" || v == "2" {
			return true
		}
	}
	_, rest, _ := strings.Cut(src, "://")
	host, where, _ := strings.Cut(rest, "/")
	for name := host; name != ""; {
		if trackerHosts[name] {
			return true
		}
		i := strings.IndexByte(name[1:], '.')
		if i < 0 {
			break
		}
		name = name[1+i:]
	}
	switch {
	case strings.HasPrefix(where, "~r/"), strings.HasPrefix(where, "~ff/"), strings.HasPrefix(where, "~a/"): // feedburner's counters, on any host
		return true
	case host == "www.facebook.com" && strings.HasPrefix(where, "tr?"), host == "mc.yandex.ru" && strings.HasPrefix(where, "watch/"),
		host == "feeds.feedblitz.com" && (strings.HasPrefix(where, "_/") || strings.HasPrefix(where, "~/i/") || strings.HasPrefix(where, "~/t/")),
		strings.HasSuffix(host, ".list-manage.com") && strings.HasPrefix(where, "track/"):
		return true
	}
	where, _, _ = strings.Cut(where, "?")
	name := where[strings.LastIndexByte(where, '/')+1:]
	name, ext, _ := strings.Cut(name, ".")
	if ext != "gif" && ext != "png" {
		return false
	}
	name = strings.ToLower(name)
	if strings.HasSuffix(name, "-pixel") || strings.HasSuffix(name, "_pixel") || strings.HasPrefix(name, "pixel-") || strings.HasPrefix(name, "tracking") {
		return true
	}
	switch name {
	case "spacer", "blank", "pixel", "transparent", "1x1", "clear", "trans", "1px", "tracker", "beacon", "lazyload", "lazy_placeholder":
		return true
	}
	return false
}

// decorates reports whether a picture shows no news: a writer's portrait from an avatar server, an emoji, a smiley.
func decorates(src string) bool {
	_, rest, _ := strings.Cut(src, "://")
	host, where, _ := strings.Cut(rest, "/")
	switch {
	case strings.HasSuffix(host, "gravatar.com"), host == "s.w.org", strings.HasPrefix(host, "twemoji."):
		return true
	}
	return strings.Contains(where, "/emoji/") || strings.Contains(where, "twemoji/") || strings.Contains(where, "wp-includes/images/smilies/")
}
