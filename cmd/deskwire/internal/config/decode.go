package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"deskwire"
)

// Defaults, as config.yaml documents them.
const (
	defaultStore   = "deskwire.db"
	defaultCache   = "pictures"
	defaultCacheMB = 1024
	defaultKeep    = 400 * 24 * time.Hour
	defaultWorkers = 16
	defaultListen  = "localhost:8080"
	defaultLimit   = 50
	fewItems       = 30 // feed readers that ask once a day miss what a shorter list has dropped
)

// A decoder makes the rooms' values of a configuration's files.
type decoder struct {
	book
	cfg *Config
	dir string // relative paths in the configuration start here
	top *value // the whole of config.yaml

	partial bool // a file could not be read: what others name may stand there

	sources  []*value // beside cfg.Sources: where each stands
	lists    []*value // beside cfg.Lists
	channels []*value // beside cfg.Channels
}

// decode makes a configuration of its files. What it returns is to be used only when no problem is more than a warning.
func decode(files []file, env func(string) string) (*Config, Problems) {
	d := &decoder{cfg: &Config{Path: files[0].name, kept: map[string]bool{}, env: env}, dir: filepath.Dir(files[0].name)}
	for i, f := range files {
		d.files = append(d.files, f.name)
		whole := parse(f, &d.book)
		if whole == nil {
			d.partial = true
			continue
		}
		expand(whole, env, &d.book)
		newJudge(f.schema, &d.book).judge(whole, f.schema)
		if i == 0 {
			d.whole(whole)
			continue
		}
		for _, v := range whole.list("sources") {
			d.cfg.kept[v.str("name")] = true
			d.source(v)
		}
	}
	d.together()
	d.images()
	return d.cfg, d.sorted()
}

func (d *decoder) whole(v *value) {
	c := d.cfg
	d.top = v
	d.site(v.get("site"))
	store, fetch, serve, log := v.get("store"), v.get("fetch"), v.get("serve"), v.get("log")
	c.Store = Store{Path: d.file(store.str("path"), defaultStore), Keep: d.keep(store, defaultKeep),
		PicturesLimit: int64(store.number("pictures_limit", defaultCacheMB)) << 20}
	// Beside the store this process may write; where the configuration is, often not.
	if c.Store.Pictures = filepath.Join(filepath.Dir(c.Store.Path), defaultCache); store.get("pictures") != nil {
		c.Store.Pictures = d.file(store.str("pictures"), "")
	}
	c.Images = deskwire.Images(or(v.str("images"), string(deskwire.ImagesHotlink)))
	c.Theme = d.theme(v.get("theme"))
	c.Search = v.yes("search", true)
	c.Fetch = Fetch{Workers: fetch.number("workers", defaultWorkers), Contact: d.address(fetch.get("contact"))}
	if fetch.get("contact") == nil && !local(c.Site.URL) {
		c.Fetch.Contact = c.Site.URL
	}
	for _, n := range fetch.list("allow_private") {
		c.Fetch.AllowPrivate = append(c.Fetch.AllowPrivate, d.network(n))
	}
	for _, p := range fetch.list("allow_ports") {
		if n, err := p.integer(); err == nil {
			c.Fetch.AllowPorts = append(c.Fetch.AllowPorts, uint16(n))
		}
	}
	m := v.get("matching")
	c.Matching = Matching{Off: !m.yes("enabled", true), Version: m.float("version"), Copy: m.float("copy"), Coverage: m.float("coverage"),
		CopyWithin: d.window(m.get("copy_within")), CoverageWithin: d.window(m.get("coverage_within"))}
	c.Serve = Serve{Listen: d.listen(serve.get("listen"), defaultListen), Metrics: d.listen(serve.get("metrics"), "")}
	if m := serve.get("metrics"); m != nil && c.Serve.Metrics == c.Serve.Listen && !strings.HasSuffix(c.Serve.Listen, ":0") {
		d.errorf(m, "%s is serve.listen; metrics are not for readers and need an address of their own", quote(m))
	}
	c.Log = Log{Format: or(log.str("format"), "text")}
	if l := log.get("level"); l != nil {
		// The schema has refused any level that this would.
		_ = c.Log.Level.UnmarshalText([]byte(l.text))
	}
	for _, s := range v.list("sources") {
		d.source(s)
	}
	for _, l := range v.list("lists") {
		d.list(l)
	}
	for _, ch := range v.list("desks") {
		d.channel(ch, deskwire.Desk)
	}
	for _, ch := range v.list("topics") {
		d.channel(ch, deskwire.Topic)
	}
}

func (d *decoder) site(v *value) {
	s := &d.cfg.Site
	s.URL = strings.TrimRight(d.address(v.get("url")), "/")
	if u := v.get("url"); u != nil && strings.ContainsAny(s.URL, "?#") {
		d.errorf(u, "%s: addresses of pages are made by adding to this one, so it has no ? and no #", quote(u))
	}
	s.ID = v.str("id")
	if id := v.get("id"); id != nil {
		if err := checkID(id.text); err != nil {
			d.errorf(id, "%s: %v", quote(id), err)
		} else if strings.HasPrefix(id.text, "localhost,") && !local(s.URL) {
			d.warnf(id, "nobody holds localhost; write a domain of yours before the first reader comes, for it can not change afterwards")
		}
	}
	s.Title = or(v.str("title"), hostOf(s.URL))
	s.Language = or(d.language(v.get("language")), "en")
	s.Timezone = time.UTC
	if z := d.zone(v.get("timezone")); z != nil {
		s.Timezone = z
	}
}

func (d *decoder) theme(v *value) deskwire.Theme {
	file := func(key string) string {
		if name := v.str(key); name != "" {
			return d.file(name, "")
		}
		return ""
	}
	palette := func(v *value) deskwire.Palette {
		return deskwire.Palette{Ink: v.str("ink"), Paper: v.str("paper"), Quiet: v.str("quiet"), Rule: v.str("rule"), Link: v.str("link")}
	}
	colours := v.get("colours")
	return deskwire.Theme{
		Title: v.str("title"), Logo: file("logo"), Icon: file("icon"), CSS: file("css"), Templates: file("templates"),
		Light: palette(colours), Dark: palette(colours.get("dark")),
	}
}

// images warns where there would be nothing to pass on.
func (d *decoder) images() {
	if d.cfg.Images != deskwire.ImagesProxy || d.partial {
		return
	}
	granted := slices.ContainsFunc(d.cfg.Sources, func(s deskwire.Source) bool { return s.Granted().Pictures }) ||
		slices.ContainsFunc(d.cfg.Lists, func(l deskwire.List) bool { return l.Members.Granted().Pictures })
	if !granted {
		d.warnf(d.top.get("images"), "no source has `rights.pictures` or `own: true`, so there is no picture to pass on")
	}
}

// list reads an OPML list that is followed. What its members have in common has the keys of a source.
func (d *decoder) list(v *value) {
	if v.kind != kindMapping {
		return
	}
	l := deskwire.List{Name: v.str("name"), URL: d.feed(v.get("url")), Every: d.duration(v.get("every")), Headers: d.headers(v)}
	l.Members = deskwire.Source{
		Language:  d.language(v.get("language")),
		Trust:     deskwire.Trust(v.str("trust")),
		Rights:    d.rights(v.get("rights")),
		Keep:      d.keep(v, 0),
		IdleAfter: d.duration(v.get("idle_after")),
		Paused:    v.yes("paused", false),
	}
	d.reachable(v.get("url"))
	d.cfg.Lists = append(d.cfg.Lists, l)
	d.lists = append(d.lists, v)
}

func (d *decoder) rights(v *value) deskwire.Rights {
	return deskwire.Rights{
		Body:     v.yes("body", false),
		Pictures: v.yes("pictures", false),
		Embed:    v.yes("embed", false),
		Index:    v.yes("index", false),
		Expires:  d.duration(v.get("expires")),
	}
}

func (d *decoder) source(v *value) {
	if v.kind != kindMapping {
		return
	}
	s := deskwire.Source{
		Name:      v.str("name"),
		Title:     v.str("title"),
		URL:       d.feed(v.get("url")),
		Home:      d.address(v.get("home")),
		Language:  d.language(v.get("language")),
		Own:       v.yes("own", false),
		Trust:     deskwire.Trust(v.str("trust")),
		Rights:    d.rights(v.get("rights")),
		Every:     d.duration(v.get("every")),
		Agreed:    v.yes("agreed", false),
		DayFirst:  v.yes("day_first", false),
		Keep:      d.keep(v, 0),
		FullText:  v.yes("full_text", false),
		IdleAfter: d.duration(v.get("idle_after")),
		Headers:   d.headers(v),
		Paused:    v.yes("paused", false),
	}
	for _, name := range v.list("domains") {
		s.Domains = append(s.Domains, d.domain(name))
	}
	if z := d.zone(v.get("zone")); z != nil {
		s.Zone = z.String()
	}
	d.cadence(v, &s)
	if f := v.get("full_text"); s.FullText && !s.Granted().Body {
		d.warnf(f, "without rights.body the whole text may not be shown, so no page is read")
	}
	d.reachable(v.get("url"))
	d.cfg.Sources = append(d.cfg.Sources, s)
	d.sources = append(d.sources, v)
}

// cadence judges how often a source would be asked.
func (d *decoder) cadence(v *value, s *deskwire.Source) {
	every, agreed := v.get("every"), v.get("agreed")
	switch {
	case every != nil && !s.Agreed && s.Every > 0 && s.Every < time.Minute:
		d.errorf(every, "%s: asking a source more than once a minute needs its word: `agreed: true`", quote(every))
	case every != nil && s.Every > 0 && s.Every < time.Second:
		d.errorf(every, "%s: the shortest is 1s", quote(every))
	case every == nil && s.Agreed:
		d.warnf(agreed, "agreed says that the source agreed to `every`, which is not there")
	}
	for _, r := range v.get("rights").all() {
		if s.Own && r.val.kind == kindBool && !isTrue(r.val.text) {
			d.warnf(r.val, "`own: true` opens all rights, so this changes nothing")
		}
	}
	if v.get("headers") != nil && strings.HasPrefix(s.URL, "http:") && !local(s.URL) {
		d.warnf(v.get("headers"), "the address begins with http:, so these headers travel readable for everyone on the way")
	}
}

// reachable warns of a source that package fetch would refuse to ask.
func (d *decoder) reachable(v *value) {
	if v == nil || d.told[v] || strings.HasPrefix(v.text, "file:") {
		return
	}
	u, err := url.Parse(v.text)
	if err != nil {
		return
	}
	f := &d.cfg.Fetch
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() == "localhost" {
		ip, err = netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	allowed := slices.ContainsFunc(f.AllowPrivate, func(p netip.Prefix) bool { return p.Contains(ip) })
	port, _ := strconv.Atoi(u.Port())
	switch {
	case err == nil && !allowed && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()):
		d.warnf(v, "%s is no public address, and fetch.allow_private does not name its network: it will not be asked", ip)
	case len(f.AllowPrivate) > 0 || port == 0 || port == 80 || port == 443 || slices.Contains(f.AllowPorts, uint16(port)):
		// A host's name may lead into one of the networks, where every port is allowed.
	default:
		d.warnf(v, "port %d is neither 80 nor 443, and fetch.allow_ports does not name it: it will not be asked", port)
	}
}

func (d *decoder) channel(v *value, k deskwire.ChannelKind) {
	if v.kind != kindMapping {
		return
	}
	face := v.get("face")
	c := deskwire.Channel{
		Kind:        k,
		Name:        v.str("name"),
		Title:       or(v.str("title"), titleOf(v.str("name"))),
		Description: v.str("description"),
		Language:    or(d.language(v.get("language")), d.cfg.Site.Language),
		Was:         v.texts("was"),
		Face: deskwire.Face{
			Byline:  face.str("byline"),
			Bio:     face.str("bio"),
			Picture: d.address(face.get("picture")),
			Contact: d.contact(face.get("contact")),
		},
		Take: d.rules(v.list("take")),
		Drop: d.rules(v.list("drop")),

		Prefer: v.texts("prefer"),
		Policy: d.policy(v, deskwire.Policy{
			Limit: defaultLimit, Content: deskwire.ContentFull, Pictures: true, Duplicates: deskwire.DuplicatesCollapse,
			Order: deskwire.OrderPlaced, Link: deskwire.LinkOrigin,
		}),
	}
	d.outputs(v, &c)
	if l := v.get("limit"); l != nil && c.Policy.Limit > 0 && c.Policy.Limit < fewItems {
		d.warnf(l, "with fewer than %d items, readers who look once a day miss some", fewItems)
	}
	if len(c.Take) == 0 && !d.told[v.get("take")] {
		d.warnf(v, "there is no `take`, so only editors bring something into this %s", k)
	}
	d.cfg.Channels = append(d.cfg.Channels, c)
	d.channels = append(d.channels, v)
}

func (d *decoder) rules(list []*value) []deskwire.Rule {
	var rules []deskwire.Rule
	for _, v := range list {
		var languages []string
		for _, l := range v.list("languages") {
			languages = append(languages, d.language(l))
		}
		rules = append(rules, deskwire.Rule{
			Sources:    v.texts("sources"),
			Topics:     v.texts("topics"),
			Categories: v.texts("categories"),
			Languages:  languages,
			Words:      v.texts("words"),
			In:         v.texts("in"),
			When:       v.str("when"),
			Line:       v.at.line,
		})
	}
	return rules
}

// file is a path that starts at the configuration's folder.
func (d *decoder) file(path, otherwise string) string {
	path = or(path, otherwise)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(d.dir, path)
}

func (d *decoder) keep(v *value, otherwise time.Duration) time.Duration {
	k := v.get("keep")
	if k == nil {
		return otherwise
	}
	keep := d.duration(k)
	if keep < 24*time.Hour {
		d.errorf(k, "%s: the shortest is 1d; most feeds list an article for longer than that anyway", quote(k))
	}
	return keep
}

// window is how far apart articles may lie that are one story or about one event. It ends where memory would be all that
// matching is about.
func (d *decoder) window(v *value) time.Duration {
	within := d.duration(v)
	if within != 0 && (within < time.Hour || within > maxWindow) {
		d.errorf(v, "%s is outside of what is compared, which is from 1h to 30d", quote(v))
	}
	return within
}

// maxWindow is the longest time over which articles are compared: all of it is kept in memory.
const maxWindow = 30 * 24 * time.Hour

func (d *decoder) network(v *value) netip.Prefix {
	if a, err := netip.ParseAddr(v.text); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen())
	}
	p, err := netip.ParsePrefix(v.text)
	switch {
	case err != nil:
		d.errorf(v, "%s is not a network; write one as 10.1.0.0/16 or fd00::/8, or a single address", quote(v))
	case p != p.Masked():
		d.errorf(v, "%s has bits set behind its length; %s is the network", quote(v), p.Masked())
	}
	return p
}

func (d *decoder) listen(v *value, otherwise string) string {
	if v == nil {
		return otherwise
	}
	_, port, err := net.SplitHostPort(v.text)
	if err != nil {
		d.errorf(v, "%s is not an address to listen on; write host:port, or :port for every address of this machine", quote(v))
		return ""
	}
	if _, err := net.LookupPort("tcp", port); err != nil || port == "" {
		d.errorf(v, "%s: the port is a number from 0 to 65535", quote(v))
	}
	return v.text
}

// titleOf makes a title of a name: "middle-east" is "Middle east".
func titleOf(name string) string {
	words := strings.ReplaceAll(name, "-", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// local reports whether an address means this machine and so nothing to anybody else.
func local(address string) bool {
	host := hostOf(address)
	ip, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
