package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/language"
)

// This file holds the forms that single values have: durations, addresses, languages, domains, headers.

// maxDuration is a hundred years: whoever says more means for ever, and time.Duration ends at three hundred.
const maxDuration = 36525 * 24 * time.Hour

// ParseDuration reads a duration as the configuration has them: one or more numbers with a unit, which is s, m, h, d (24
// hours) or w (7 days).
func ParseDuration(s string) (time.Duration, error) {
	var sum time.Duration
	for rest := s; rest != ""; {
		i := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 {
			return 0, fmt.Errorf("%q is not a duration: write a number with a unit, such as 90s, 15m, 2h, 400d or 6w", s)
		}
		n, err := strconv.ParseInt(rest[:i], 10, 64)
		unit, ok := map[byte]time.Duration{
			's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
		}[rest[i]]
		if !ok {
			return 0, fmt.Errorf("%q is not a duration: the units are s, m, h, d and w", s)
		}
		if err != nil || n > int64(maxDuration/unit) || sum+time.Duration(n)*unit > maxDuration {
			return 0, fmt.Errorf("%q is more than a hundred years", s)
		}
		sum += time.Duration(n) * unit
		rest = rest[i+1:]
	}
	if s == "" {
		return 0, errors.New("an empty text is not a duration")
	}
	return sum, nil
}

// duration is 0 when nothing is written. Zero itself means something only by not being written.
func (d *decoder) duration(v *value) time.Duration {
	if v == nil || d.told[v] {
		return 0
	}
	t, err := ParseDuration(v.text)
	switch {
	case err != nil && v.expanded:
		d.errorf(v, "%s is not a duration", quote(v))
	case err != nil:
		d.errorf(v, "%v", err)
	case t == 0:
		d.errorf(v, "%s is no time at all; remove the key for the default", quote(v))
	}
	return t
}

// address is an absolute http or https address.
func (d *decoder) address(v *value) string {
	if v == nil || d.told[v] {
		return ""
	}
	u, err := url.Parse(v.text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		d.errorf(v, "%s is not a web address; write it whole, as https://example.org/page", quote(v))
		return ""
	}
	d.host(v, u)
	return v.text
}

// feed is a source's address. It is kept byte for byte.
func (d *decoder) feed(v *value) string {
	if v == nil || d.told[v] {
		return ""
	}
	if err := checkFeed(v.text); err != nil {
		d.errorf(v, "%s: %v", quoteAddress(v), err)
	}
	return v.text
}

// checkFeed says what is wrong with a source's address.
func checkFeed(address string) error {
	const whole = "write the address whole, as https://example.org/feed"
	if len(address) > maxAddress {
		return fmt.Errorf("an address has at most %d bytes", maxAddress)
	}
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return errors.New("an address has no spaces")
	}
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("not an address; " + whole)
	}
	switch u.Scheme {
	case "http", "https":
	case "file":
		if u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") {
			return errors.New("the address of a file is written file:///path")
		}
		return nil
	case "feed", "rss":
		return errors.New("write http: or https: instead of " + u.Scheme + ":")
	default:
		return errors.New("not a web address; " + whole)
	}
	switch {
	case u.Host == "":
		return errors.New("no host in it; " + whole)
	case u.User != nil:
		return errors.New("a password in an address ends up in logs; put it into headers: {Authorization: ...}")
	case strings.Contains(address, "#"):
		return errors.New("what follows # is never sent; remove it")
	}
	return checkHost(u)
}

// maxAddress is the length of the longest address in bytes; servers refuse longer ones.
const maxAddress = 2048

func (d *decoder) host(v *value, u *url.URL) {
	if err := checkHost(u); err != nil {
		d.errorf(v, "%s: %v", quote(v), err)
	}
	if u.User != nil {
		d.errorf(v, "%s: no user name and no password can stand here", quoteAddress(v))
	}
}

func checkHost(u *url.URL) error {
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return errors.New("the port is a number from 1 to 65535")
		}
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if _, err := idna.Lookup.ToASCII(host); err != nil && !strings.Contains(host, "_") {
		return fmt.Errorf("%q is not the name of a host", host)
	}
	return nil
}

// quoteAddress is quote without the password in it.
func quoteAddress(v *value) string {
	before, after, found := strings.Cut(v.raw, "@")
	if !found {
		return quote(v)
	}
	scheme, _, _ := strings.Cut(before, "//")
	return quote(&value{raw: scheme + "//...@" + after})
}

// contact is a mail address or a web address.
func (d *decoder) contact(v *value) string {
	if v == nil || d.told[v] {
		return ""
	}
	if strings.Contains(v.text, "://") {
		return d.address(v)
	}
	if a, err := mail.ParseAddress(v.text); err != nil || a.Address != v.text {
		d.errorf(v, "%s is neither a mail address, as world@example.org, nor a web address", quote(v))
	}
	return v.text
}

// language is a BCP 47 tag.
func (d *decoder) language(v *value) string {
	if v == nil || d.told[v] {
		return ""
	}
	tag, err := language.Raw.Parse(v.text)
	if unknown, ok := errors.AsType[language.ValueError](err); ok {
		d.errorf(v, "%s: nobody knows the language or region %q; languages are written as en, uk or pt-BR (BCP 47)", quote(v), unknown.Subtag())
		return ""
	}
	if err != nil || v.text == "und" {
		d.errorf(v, "%s is not a language; languages are written as en, uk or pt-BR (BCP 47)", quote(v))
		return ""
	}
	return tag.String()
}

// zone is a time zone by its IANA name; nil when nothing usable is written.
func (d *decoder) zone(v *value) *time.Location {
	if v == nil || d.told[v] {
		return nil
	}
	z, err := time.LoadLocation(v.text)
	if err != nil || v.text == "Local" {
		d.errorf(v, "%s is not a time zone; zones are written as UTC or Europe/Kyiv (IANA)", quote(v))
		return nil
	}
	return z
}

// domain is a registrable domain in its ASCII form.
func (d *decoder) domain(v *value) string {
	if d.told[v] {
		return ""
	}
	name, err := idna.Lookup.ToASCII(v.text)
	if err != nil || !strings.Contains(name, ".") || strings.ContainsAny(v.text, ":/") {
		d.errorf(v, "%s is not a domain; write it without scheme and path, as example.org", quote(v))
		return ""
	}
	switch registrable, err := publicsuffix.EffectiveTLDPlusOne(name); {
	case err != nil:
		d.errorf(v, "%s is a suffix under which anybody can have a domain; a source speaks for domains such as example.%s", quote(v), name)
	case registrable != name:
		d.errorf(v, "%s: a source speaks for whole domains; write %s", quote(v), registrable)
	}
	return name
}

// The grammar of RFC 4151 §2.1, in lower case: taggers that differ in case only would be two.
var (
	authority = regexp.MustCompile(`^([a-z0-9._-]+@)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	tagDate   = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$`)
)

// checkID says what is wrong with a site.id.
func checkID(id string) error {
	const form = "write a domain that you hold, a comma, and a date on which you held it: example.org,2026 or example.org,2026-03-01"
	who, when, ok := strings.Cut(id, ",")
	switch {
	case !ok:
		return errors.New("there is no comma in it; " + form)
	case who != strings.ToLower(who):
		return errors.New("write it in lower case")
	case !authority.MatchString(who):
		return fmt.Errorf("%q is neither a domain nor a mail address; %s", who, form)
	case !tagDate.MatchString(when):
		return fmt.Errorf("%q is not a date; %s", when, form)
	}
	if _, err := time.Parse("2006-01-02"[:len(when)], when); err != nil {
		return fmt.Errorf("%q is not a day of the calendar; %s", when, form)
	}
	return nil
}

// headers are what is sent with every request to a source's host.
func (d *decoder) headers(source *value) map[string]string {
	v := source.get("headers")
	if v == nil || d.told[v] || len(v.fields) == 0 {
		return nil
	}
	all := make(map[string]string, len(v.fields))
	for _, f := range v.fields {
		name := textproto.CanonicalMIMEHeaderKey(f.key)
		_, twice := all[name]
		switch {
		case d.told[f.val]:
			continue
		case !httpguts.ValidHeaderFieldName(f.key):
			d.errorf(f.val, "%q is not the name of a header", f.key)
			continue
		case ours(name):
			d.errorf(f.val, "%s is a header that deskwire itself decides", name)
			continue
		case twice:
			d.errorf(f.val, "%s stands here twice", name)
			continue
		}
		all[name] = d.secret(f.val)
	}
	return all
}

// ours reports whether a header is part of how sources are asked; see package fetch.
func ours(header string) bool {
	switch header {
	case "Accept", "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
		"If-Unmodified-Since", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range", "Referer", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent":
		return true
	}
	return false
}

// secret is a header's value: as written, from the environment, or from a file. It never shows in a message.
func (d *decoder) secret(v *value) string {
	text := v.text
	if v.kind == kindMapping {
		from := v.get("file")
		if from == nil || d.told[from] {
			return ""
		}
		path := d.file(from.text, "")
		data, err := readFile(path, maxSecret)
		if err != nil {
			d.errorf(from, "the header's value: %v", err)
			return ""
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o004 != 0 {
			d.warnf(from, "every user of this machine can read %s; chmod 600 or 640", path)
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	if !httpguts.ValidHeaderFieldValue(text) || strings.TrimSpace(text) == "" {
		d.errorf(v, "the value is empty, or has a line break or another control character in it; a header is one line")
	}
	return text
}
