// Package storage keeps the newsroom's memory: what sources said, what editors decided, and where stories are filed. Its
// schema is written once, here, over a small key-value seam ([Engine], [Tx]); the engines are in the packages below.
//
// It owns the schema, the identity of articles (which draft is which article: [Store.Merge]) and retention. It does not
// fetch, parse, judge likeness, or decide which channel takes a story.
//
// Tables. Numbers in keys are big-endian, so that they sort; an ID is its 16 characters. Values in protocol buffer wire
// format grow by new field numbers: a reader skips what it does not know.
//
//	head      ID                                   the article without its body, wire format; see head.go
//	body      ID                                   the number of pieces (2 bytes), and the first piece of its clean HTML, which
//	                                               is one zstd frame
//	body      ID, number (2 bytes)                 the other pieces, from 1
//	revision  ID, number (4 bytes)                 what the article was before a later state replaced it, wire format
//	key       hash (16 bytes; see key.go)          ID, and for an address of the source's own domain the source's name
//	story     story ID                             members, merged into, change stamp; only for stories that are not simply
//	                                               the one article of that ID
//	like      article ID                           JSON([]deskwire.Likeness): what the matcher found of it when it came
//	cover     article ID                           the coverage that it is part of: the ID of its first article
//	covered   coverage ID, article ID              nothing; the articles of a coverage, oldest first
//	matched   article ID                           stamp (8 bytes) and number (4 bytes), the order in which the articles within
//	                                               the matcher's window were matched; and, where it joined others, the
//	                                               first article of its group at each level
//	change    stamp (8 bytes), story ID            one byte, the kind of change; one row a story, at its last change
//	source    name                                 its SourceState, the lease first; see source.go
//	list      name of a list                       JSON([]deskwire.Member): the feeds that it named last
//	marks     name                                 mark (8 bytes) and ID of each item of the last document
//	errand    source, 0x00, article ID             JSON: a page that is still to be read; see errand.go
//	robots    host and port                        JSON(RobotsFile)
//	decision  ID                                   JSON(deskwire.Decision)
//	decided   article ID                           the IDs of the decisions that name it, one after the other
//	notice    ID of a decision                     nothing; kills, corrections, and what takes them back
//	shown     item ID                              the channels that published the item and since when, wire format
//	pin       channel, 0x00, story ID              until when the pin lasts (8 bytes of seconds), 0 for ever; channel may be ""
//	place     channel, 0x00, generation (4 bytes),
//	          ^placed (8 bytes), story ID          the reason: a rule's line or a decision
//	filed     story ID                             the places of the story, wire format, so that filing again can delete them
//	channel   key ("desk/world")                   JSON(ChannelState)
//	closing   channel                              how far its feed's archive has come, wire format: the archive's ID, the last
//	                                               place dealt with and, among those before, the ones held back
//	archive   archive ID, page (4 bytes), from 1   the stories of the page in the order of closing, wire format; see archive.go
//	archived  story ID, archive ID                 the page that holds it (4 bytes)
//	meta      "schema", "identity", "site"         text
//	meta      "cursor/" consumer                   a Cursor
//
// Stories in archive pages stay, whatever retention says: a page shows them whole for as long as there is a feed.
//
// A key whose article has no head is a tombstone: the article was here and went; listing it again does not bring it back.
//
// Every value is checked when it is read. One that makes no sense is an error that wraps [deskwire.ErrDamaged] and names
// table and key.
package storage

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"deskwire"
)

const (
	tableHead     Table = "head"
	tableBody     Table = "body"
	tableRevision Table = "revision"
	tableKey      Table = "key"
	tableStory    Table = "story"
	tableLike     Table = "like"
	tableCover    Table = "cover"
	tableCovered  Table = "covered"
	tableMatched  Table = "matched"
	tableChange   Table = "change"
	tableSource   Table = "source"
	tableMarks    Table = "marks"
	tableList     Table = "list"
	tableErrand   Table = "errand"
	tableRobots   Table = "robots"
	tableDecision Table = "decision"
	tableDecided  Table = "decided"
	tableNotice   Table = "notice"
	tableShown    Table = "shown"
	tablePin      Table = "pin"
	tablePlace    Table = "place"
	tableFiled    Table = "filed"
	tableChannel  Table = "channel"
	tableClosing  Table = "closing"
	tableArchive  Table = "archive"
	tableArchived Table = "archived"
	tableMeta     Table = "meta"
)

// tables lists all, in the order that [Store.Check] and [Store.Stats] walk them.
func tables() []Table {
	return []Table{
		tableMeta, tableSource, tableMarks, tableList, tableHead, tableBody, tableRevision, tableKey, tableStory, tableLike, tableCover, tableCovered,
		tableMatched, tableChange,
		tableErrand, tableRobots, tableDecision, tableDecided, tableNotice, tableShown, tablePin, tableChannel, tablePlace, tableFiled, tableClosing,
		tableArchive, tableArchived,
	}
}

// Ascends reports whether a table's rows mostly arrive in the order of their keys, so that an engine may pack them tightly.
func Ascends(t Table) bool {
	switch t {
	case tableHead, tableBody, tableRevision, tableLike, tableCover, tableMatched, tableChange, tableDecision, tableDecided, tableNotice, tableShown, tableFiled, tableArchived:
		return true
	}
	return false
}

// damaged says that a stored row makes no sense.
func damaged(t Table, key, what string) error {
	return fmt.Errorf("table %s, key %q: %s: %w", t, key, what, deskwire.ErrDamaged)
}

// after is the first key behind key.
func after(key string) string { return key + "\x00" }

// prefixEnd is the first key behind all that begin with prefix; "" when there is none.
func prefixEnd(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] != 0 {
			return string(b[:i+1])
		}
	}
	return ""
}

func revisionKey(id deskwire.ID, n int) string {
	return string(binary.BigEndian.AppendUint32([]byte(id), uint32(n)))
}

// splitRevisionKey takes a revision's key apart.
func splitRevisionKey(key string) (id deskwire.ID, n int, ok bool) {
	if len(key) != deskwire.IDLen+4 {
		return "", 0, false
	}
	id = deskwire.ID(key[:deskwire.IDLen])
	return id, int(binary.BigEndian.Uint32([]byte(key[deskwire.IDLen:]))), id.Valid()
}

func changeKey(s Stamp, story deskwire.ID) string { return s.Key() + string(story) }

// splitChangeKey takes a change's key apart.
func splitChangeKey(key string) (s Stamp, story deskwire.ID, ok bool) {
	if len(key) != 8+deskwire.IDLen {
		return 0, "", false
	}
	story = deskwire.ID(key[8:])
	return Stamp(binary.BigEndian.Uint64([]byte(key[:8]))), story, story.Valid()
}

func pinKey(channel string, story deskwire.ID) string { return channel + "\x00" + string(story) }

// placePrefix begins the keys of one generation of a channel.
func placePrefix(channel string, generation uint32) string {
	return string(binary.BigEndian.AppendUint32([]byte(channel+"\x00"), generation))
}

func placeKey(channel string, generation uint32, placed time.Time, story deskwire.ID) string {
	b := make([]byte, 0, len(channel)+1+4+8+deskwire.IDLen)
	b = append(b, channel...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint32(b, generation)
	// Flipping the sign makes negative numbers sort below positive ones; the complement puts the newest first.
	b = binary.BigEndian.AppendUint64(b, ^(uint64(nanos(placed)) ^ 1<<63))
	return string(append(b, story...))
}

// splitPlaceKey takes a place's key apart.
func splitPlaceKey(key string) (channel string, generation uint32, placed time.Time, story deskwire.ID, ok bool) {
	channel, rest, found := strings.Cut(key, "\x00")
	if !found || len(rest) != 4+8+deskwire.IDLen {
		return "", 0, time.Time{}, "", false
	}
	b := []byte(rest)
	generation = binary.BigEndian.Uint32(b)
	placed = time.Unix(0, int64(^binary.BigEndian.Uint64(b[4:])^1<<63)).UTC()
	story = deskwire.ID(rest[12:])
	return channel, generation, placed, story, story.Valid()
}

// nanos is t in nanoseconds since 1970, clamped to what 64 bits hold: the years 1678 to 2261. A source's wild date must not
// disturb an order.
func nanos(t time.Time) int64 {
	const seconds = 1<<63/1_000_000_000 - 1
	switch s := t.Unix(); {
	case s > seconds:
		return 1<<63 - 1
	case s < -seconds:
		return -1 << 63
	}
	return t.UnixNano()
}
