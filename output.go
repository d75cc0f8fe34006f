package deskwire

import (
	"fmt"
	"slices"
	"strings"
)

// An Output is one more feed of a channel: for a partner, with another policy, perhaps at an address that only the partner
// knows.
type Output struct {
	Name       string // in addresses, as a channel's
	Format     Format
	Token      Token       // the secret part of its address; "" for one that everybody may read
	Namespaces []Namespace // of partners, beyond those that every feed has
	SmartNews  SmartNews   // what the namespace of that name says besides
	Policy     Policy      // whole: the channel's, where the output has none of its own
}

// Path is the output's address below the site's root: "/desks/world/out/partner.rss", with the token in a folder of its own
// before the name. What is at an address with a token is for nobody else's eyes: it is neither listed nor logged.
func (o *Output) Path(ch *Channel) string {
	folder := ch.Path() + OutFolder
	if o.Token != "" {
		folder += string(o.Token) + "/"
	}
	return folder + o.Name + "." + string(o.Format)
}

// OutFolder is the folder of a channel's outputs below its path.
const OutFolder = "out/"

// As is the channel as the output shows it: with its policy.
func (o *Output) As(ch Channel) Channel {
	ch.Policy = o.Policy
	return ch
}

// EmbedName is the name of the output that widgets on other sites read. No other output has it.
const EmbedName = "embed"

// EmbedOutput is that output: a channel's newest items without their texts, as JSON Feed, at "/desks/world/out/embed.json".
func EmbedOutput(ch *Channel) Output {
	o := Output{Name: EmbedName, Format: FormatJSON, Policy: ch.Policy}
	if o.Policy.Content != ContentTitle {
		o.Policy.Content = ContentSummary
	}
	o.Policy.Order, o.Policy.Footer = OrderPlaced, ""
	return o
}

// Format is what a feed is written in, and the end of its address.
type Format string

const (
	FormatRSS  Format = "rss"  // RSS 2.0
	FormatAtom Format = "atom" // Atom 1.0
	FormatJSON Format = "json" // JSON Feed 1.1
)

// Namespace is a vocabulary that one partner asks for and validators do not know.
type Namespace string

const (
	NamespaceSmartNews Namespace = "smartnews" // SmartFormat 2.1: logo, analytics, a thumbnail; RSS
	NamespaceMSN       Namespace = "msn"       // MSN's content specification 3: short titles, rights of pictures; RSS and Atom
)

// Speaks reports whether the output has a partner's namespace.
func (o *Output) Speaks(n Namespace) bool { return slices.Contains(o.Namespaces, n) }

// SmartNews is what SmartFormat says of a channel and of each of its items.
type SmartNews struct {
	Logo, DarkLogo string // addresses of pictures
	Analytics      string // the publisher's own snippet, run where SmartNews shows an item
}

// A Token is the part of an address that makes it a secret. Printed or logged it does not show itself.
type Token string

// MinToken is the fewest characters of a token: 16 of 64 kinds are 96 bits.
const MinToken = 16

// String hides the token from whoever prints it.
func (Token) String() string { return "(token)" }

// GoString does so where Go's syntax was asked for.
func (Token) GoString() string { return "(token)" }

// Valid reports whether the token can be part of an address and is long enough not to be guessed.
func (t Token) Valid() bool {
	if len(t) < MinToken || len(t) > 128 {
		return false
	}
	for i := range len(t) {
		if c := t[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// placeholders are what a footer may hold in braces.
const placeholders = "{source}, {link}, {title}, {channel} and {site}"

// CheckFooter says what is wrong with a footer: plain text in which {source} stands for the name of the item's source, {link}
// for the article's address there, {title} for its title, {channel} and {site} for the names of these.
func CheckFooter(s string) error {
	for rest := s; ; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			return nil
		}
		if rest[i] == '}' {
			return fmt.Errorf("a } without its { before it")
		}
		name, tail, closed := strings.Cut(rest[i+1:], "}")
		if !closed {
			return fmt.Errorf("a { without its } after it")
		}
		if !strings.Contains(placeholders, "{"+name+"}") {
			return fmt.Errorf("{%s} stands for nothing; there are %s", name, placeholders)
		}
		rest = tail
	}
}
