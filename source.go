package deskwire

import "time"

// A Source is an upstream feed as the configuration names it.
type Source struct {
	Name     string   // the key that everything else uses; never shown to readers
	Title    string   // the name shown to readers; the feed's own title where it is empty
	URL      string   // http, https or file
	Home     string   // the outlet's front page; the feed's own link where it is empty
	Domains  []string // registrable domains it speaks for besides that of URL
	Language string   // where the feed says nothing
	Own      bool     // the newsroom's own feed: opens all rights
	Trust    Trust    // whether what others have too is its own
	Rights   Rights

	Every    time.Duration // wished cadence; 0 means what the source itself says
	Agreed   bool          // the source agreed to Every: its own hints of cadence are set aside
	Zone     string        // IANA name of the zone that dates without one are in; "" is UTC
	DayFirst bool          // 3/4/2026 is the third of April

	Keep      time.Duration     // retention; 0 means the store's
	FullText  bool              // its feed gives teasers: read the articles' pages
	IdleAfter time.Duration     // silence longer than this is reported; 0 never
	Headers   map[string]string // sent with every request to this source's own host: tokens, passwords
	Paused    bool              // keep what there is, ask for nothing
}

// Trust says whether a source writes what it publishes. It decides who leads a story that several carry.
type Trust string

const (
	TrustOriginal   Trust = "original"   // writes its own
	TrustSyndicated Trust = "syndicated" // mostly passes on what others wrote
)

// merit orders sources by trust; nothing is known of most.
func (t Trust) merit() int {
	switch t {
	case TrustOriginal:
		return 1
	case TrustSyndicated:
		return -1
	}
	return 0
}

// Rights are what a source allows its articles to be used for. The zero Rights are a stranger's: title, a summary of at most
// [SummaryRunes] and a link.
type Rights struct {
	Body     bool          // republish the body
	Pictures bool          // republish pictures
	Embed    bool          // show in widgets on other sites
	Index    bool          // let search engines index our page of it
	Expires  time.Duration // all use ends this long after Published; 0 never
}

// SummaryRunes is how much of an article may be shown without the right to its body.
const SummaryRunes = 300

// Granted is what the source's articles may be used for: an own source grants everything but keeps its expiry.
func (s *Source) Granted() Rights {
	r := s.Rights
	if s.Own {
		r.Body, r.Pictures, r.Embed, r.Index = true, true, true, true
	}
	return r
}

// A SourceState is what asking a source has taught. It is written in the same transaction as the articles it belongs to: a
// validator stored without its articles would lose them for good.
type SourceState struct {
	ConfiguredURL string `json:"configured_url"` // what URL was derived from; a changed configuration starts over
	URL           string `json:"url"`            // the address asked: the configured one or where it moved for good

	ETag         string `json:"etag,omitempty"`          // byte for byte, with its W/ (RFC 9110 §8.8.3)
	LastModified string `json:"last_modified,omitempty"` // opaque, never re-formatted
	GivenBy      string `json:"given_by,omitempty"`      // the address that gave both, where a redirect leads there from URL
	BodyHash     uint64 `json:"body_hash,omitempty"`     // of the last document that was read whole
	Header       uint64 `json:"header,omitempty"`        // of what the last document's items inherit; see parse

	LastTry     time.Time `json:"last_try,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"` // a 200 that could be read, or a 304
	LastNew     time.Time `json:"last_new,omitzero"`     // when an article last appeared
	NextCheck   time.Time `json:"next_check,omitzero"`
	NextReason  string    `json:"next_reason,omitempty"` // why then, in words
	Lease       time.Time `json:"lease,omitzero"`        // until when somebody is at it
	Failures    int       `json:"failures,omitempty"`    // in a row
	Error       string    `json:"error,omitempty"`       // of the last try, "" when it succeeded
	Gone        bool      `json:"gone,omitempty"`        // 410: never again

	MovedTo   string    `json:"moved_to,omitempty"` // where permanent redirects point, until confirmed
	MovedSeen int       `json:"moved_seen,omitempty"`
	HostUntil time.Time `json:"host_until,omitzero"` // 429's Retry-After: the whole host rests until then
	RestHost  string    `json:"rest_host,omitempty"` // the host that HostUntil is for, where a redirect led there; "" is URL's
	NotBefore time.Time `json:"not_before,omitzero"` // Retry-After of this feed: holds even for who asks by hand

	Hints    Hints         `json:"hints,omitzero"`    // the document's own wishes, kept for 304s
	Fresh    time.Duration `json:"fresh,omitempty"`   // what HTTP's freshness said last
	Interval time.Duration `json:"interval,omitzero"` // learnt rhythm of change

	Since       time.Time `json:"since,omitzero"`  // the first try
	Quiet       bool      `json:"quiet,omitempty"` // it has been said that nothing new came for longer than the source's IdleAfter
	Requests    int64     `json:"requests,omitempty"`
	NotModified int64     `json:"not_modified,omitempty"` // answered by 304: requests that cost next to nothing
	Rounds      int64     `json:"rounds,omitempty"`       // documents read; 0 means that the next is the first round

	Title    string `json:"title,omitempty"` // the feed's own words
	Home     string `json:"home,omitempty"`
	Language string `json:"language,omitempty"`

	VoidDocs  map[KeyKind]int `json:"void_docs,omitempty"`  // documents in which a kind of key named two items
	ChurnDocs map[KeyKind]int `json:"churn_docs,omitempty"` // documents in a row in which a kind of key was another for every known item
	VoidKinds []KeyKind       `json:"void_kinds,omitempty"` // kinds that therefore count no more at this source
}

// Hints are what a feed document says about when to ask again.
type Hints struct {
	TTL       time.Duration  `json:"ttl,omitempty"`        // RSS <ttl>
	Period    time.Duration  `json:"period,omitempty"`     // sy:updatePeriod / sy:updateFrequency
	SkipHours []int          `json:"skip_hours,omitempty"` // 0-23, GMT
	SkipDays  []time.Weekday `json:"skip_days,omitempty"`
}
