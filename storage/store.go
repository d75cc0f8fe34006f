package storage

import (
	"context"
	"io"
	"iter"
	"time"

	"deskwire"
)

// CONTRACT STUB: signatures are agreed with the other rooms; the storage room fills them in and may split files.

// A Store is the newsroom's memory: facts and decisions over an [Engine].
type Store struct{ engine Engine }

// Open reads or writes the schema's version and the store's identity, and migrates an older schema.
func Open(ctx context.Context, e Engine) (*Store, error) { panic("stub") }

func (s *Store) Close() error { panic("stub") }

// Identity is random, made when the store was; a client and a daemon compare it.
func (s *Store) Identity() string { panic("stub") }

// PinSite fixes the site.id that published guids are made of. A different one later is ErrInvalid.
func (s *Store) PinSite(ctx context.Context, siteID string) error { panic("stub") }

// Wake returns a channel that is closed at the next commit that changed what consumers follow (articles, decisions, filing).
func (s *Store) Wake() <-chan struct{} { panic("stub") }

// ---- sources

// A Claim is a source handed to one worker, with its state and the marks of the items of its last document.
type Claim struct {
	Source string
	State  deskwire.SourceState
	Marks  map[uint64]deskwire.ID
}

// Claim hands out at most max of the named sources (in the order given) for which due answers true and no lease runs, and leases them until now+Lease.
// A lease that ends more than Lease ahead of now is void (clocks jump).
func (s *Store) Claim(ctx context.Context, names []string, now time.Time, max int, due func(name string, st *deskwire.SourceState) bool) ([]Claim, error) {
	panic("stub")
}

// Lease is how long a claim holds. Running out is harmless: merging is idempotent; it only costs the source a request.
const Lease = 2 * time.Minute

// Sources returns the states of the named sources (all known when none is named).
func (s *Store) Sources(ctx context.Context, names ...string) (map[string]deskwire.SourceState, error) {
	panic("stub")
}

// Fetched is what one fetch of one source came to.
type Fetched struct {
	Source  string
	State   deskwire.SourceState // as it is to be stored; Lease is cleared by Merge
	Seen    time.Time            // first seen / revised of what is new
	Read    bool                 // a document was read: Drafts and Skipped describe it whole
	Drafts  []deskwire.Draft
	Skipped []uint64               // marks of items that are unchanged since the last document and were not parsed
	Domain  func(link string) bool // whether the source speaks for that address; nil: for none
}

// A Prepared is a Fetched with everything computed that needs no transaction: hashed keys, encoded heads, packed bodies.
type Prepared struct{ f Fetched }

// Prepare is pure and runs in the workers.
func Prepare(f Fetched) Prepared { panic("stub") }

// Size is roughly how many bytes merging will write.
func (p *Prepared) Size() int { panic("stub") }

// An Outcome is what merging one source came to.
type Outcome struct {
	Source                  string
	New, Updated, Unchanged int
	Notes                   []string // voided keys and the like, one plain line each
	// Reparse asks for the document to be parsed again without skipping: an item that was parsed claims to be one that was skipped. Nothing was written for the source.
	Reparse bool
	Err     error
}

// Merge writes a group of sources in one Update; a group that fails is run again source by source. Outcomes are in the order of the group.
func (s *Store) Merge(ctx context.Context, group []Prepared) ([]Outcome, error) { panic("stub") }

// ---- reading

// Articles returns heads; the slot of an absent one is nil.
func (s *Store) Articles(ctx context.Context, ids ...deskwire.ID) ([]*deskwire.Article, error) {
	panic("stub")
}

// Bodies returns clean HTML; "" where there is none.
func (s *Store) Bodies(ctx context.Context, ids ...deskwire.ID) ([]string, error) { panic("stub") }

// Stories returns whole stories with their decisions; the slot of an absent one is nil. An ID of any article of a story, or one that a story had before it was merged, leads to that story.
func (s *Store) Stories(ctx context.Context, ids ...deskwire.ID) ([]*deskwire.Story, error) {
	panic("stub")
}

// Newest walks heads from the newest first sight before (exclusive; "" is the newest) to the oldest; it resumes by key in several Views.
func (s *Store) Newest(ctx context.Context, before deskwire.ID) iter.Seq2[*deskwire.Article, error] {
	panic("stub")
}

// Revisions returns what an article was before, oldest first.
func (s *Store) Revisions(ctx context.Context, id deskwire.ID) ([]deskwire.Revision, error) {
	panic("stub")
}

// Find resolves what an editor typed: an ID, an unambiguous beginning of one of at least 6 characters, a tag: URI ending in one, or an article's link or GUID.
func (s *Store) Find(ctx context.Context, ref string) (deskwire.ID, error) { panic("stub") }

// ---- following

// A Cursor is a place in the stream of changes; "" is its beginning.
type Cursor string

// A Change says that a story's facts or decisions changed.
type Change struct {
	At    Cursor
	Story deskwire.ID
}

// Changes returns at most limit changes after the cursor, in commit order; a story changed twice may stand once, at its last place.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) ([]Change, error) {
	panic("stub")
}

// Cursor is how far the consumer has come.
func (s *Store) Cursor(ctx context.Context, consumer string) (Cursor, error) { panic("stub") }

// ---- filing

// A Filing is one step of a consumer: which channels take some stories. It replaces all that stood for those stories in the generations named in Generations.
type Filing struct {
	Consumer    string            // whose cursor moves; "" for re-filing
	From, To    Cursor            // From must be where it stands, else nothing is written and ErrBusy returned
	Generations map[string]uint32 // channel key -> generation that Stories are filed in
	Stories     []FiledStory
	States      map[string]ChannelState // written along
}

// A FiledStory is where one story goes.
type FiledStory struct {
	Story  deskwire.ID
	Placed time.Time
	In     map[string]string // channel key -> the rule's line or the decision that took it
}

// File writes one step.
func (s *Store) File(ctx context.Context, f Filing) error { panic("stub") }

// A Place is a row of a channel's filing.
type Place struct {
	Placed time.Time
	Story  deskwire.ID
	By     string
}

// Filed returns at most limit places of a channel's current generation, newest place first, after the given one (exclusive; the zero Place is the newest).
func (s *Store) Filed(ctx context.Context, channel string, after Place, limit int) ([]Place, error) {
	panic("stub")
}

// FiledIn returns the channels (current generations) that hold the story, with the reason.
func (s *Store) FiledIn(ctx context.Context, story deskwire.ID) (map[string]string, error) {
	panic("stub")
}

// A ChannelState is what the store knows of a channel.
type ChannelState struct {
	Created      time.Time   `json:"created"`
	Closed       time.Time   `json:"closed,omitzero"`         // since when the configuration has it no more: 410
	Fingerprint  string      `json:"fingerprint"`             // of the rules that Generation was filed by
	Generation   uint32      `json:"generation"`              // what readers see
	Next         uint32      `json:"next,omitempty"`          // generation being filed, 0 for none
	NextPrint    string      `json:"next_print,omitempty"`    // of the rules that Next is filed by
	NextBefore   deskwire.ID `json:"next_before,omitempty"`   // how far re-filing has come, newest first
	NextSwitched bool        `json:"next_switched,omitempty"` // readers already see Next, the older part is still being filed
}

// Channels returns the states of all channels that ever were.
func (s *Store) Channels(ctx context.Context) (map[string]ChannelState, error) { panic("stub") }

// DropGeneration deletes at most limit rows of a generation nobody sees; more says that some are left.
func (s *Store) DropGeneration(ctx context.Context, channel string, generation uint32, limit int) (more bool, err error) {
	panic("stub")
}

// ---- decisions

// Decide records a decision: mints its ID, checks that its article exists, fills Was of an edit, and marks the story changed.
func (s *Store) Decide(ctx context.Context, d deskwire.Decision) (deskwire.Decision, error) {
	panic("stub")
}

// Log walks decisions, newest first.
func (s *Store) Log(ctx context.Context) iter.Seq2[deskwire.Decision, error] { panic("stub") }

// Decision returns one, or ErrNotFound.
func (s *Store) Decision(ctx context.Context, id deskwire.ID) (deskwire.Decision, error) {
	panic("stub")
}

// Pinned returns stories with a pin decision in the channel or in all; whether the pin still stands is for Standing to say.
func (s *Store) Pinned(ctx context.Context, channel string) ([]deskwire.ID, error) { panic("stub") }

// ---- upkeep

// A Retention says what may go. Keep is per source, "" the default; 0 keeps for ever.
type Retention struct {
	Now    time.Time
	Keep   map[string]time.Duration
	DryRun bool
}

// Swept is what a sweep did.
type Swept struct{ Bodies, Revisions, Heads, Places int }

// Sweep removes what retention allows, in batches, bodies and revisions first; identity keys stay as tombstones, decided articles stay whole.
func (s *Store) Sweep(ctx context.Context, r Retention, progress func(Swept)) (Swept, error) {
	panic("stub")
}

// A Fault is something wrong in the store.
type Fault struct {
	Table Table
	Key   string
	What  string
}

// Check walks everything and reports each broken invariant; it returns how many rows it read.
func (s *Store) Check(ctx context.Context, report func(Fault)) (rows int, err error) { panic("stub") }

// Stats counts rows and bytes a table.
type TableStats struct {
	Table       Table
	Rows, Bytes int64
}

func (s *Store) Stats(ctx context.Context) ([]TableStats, error) { panic("stub") }

var _ io.Closer = (*Store)(nil)
