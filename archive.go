package deskwire

import (
	"strconv"
	"strings"
	"time"
)

// An ArchivePage is where stories stand that left a channel's subscription document (RFC 5005 §4). Pages are numbered from 1
// and fill in one order, at the end only. So how many stories of a page are meant says which, for ever: the page that is still
// filling is linked as what it holds at that moment, and who follows that link later finds the same stories.
//
// The zero ArchivePage is none: the subscription document itself.
type ArchivePage struct {
	Number  int // from 1
	Stories int // the first so many of the page; 0 is all of a page that is full
}

// ArchiveFolder holds the archive pages of a channel, below its path.
const ArchiveFolder = "archive/"

// ArchiveHTML is the kind of an archive page that is for people. It is a folder's page: "archive/7/".
const ArchiveHTML = "html"

// File is the page's file below the channel's path in a format, "archive/7.atom" or "archive/8-37.atom". kind is the ending
// without its dot, or ArchiveHTML.
func (p ArchivePage) File(kind string) string {
	name := ArchiveFolder + strconv.Itoa(p.Number)
	if p.Stories > 0 {
		name += "-" + strconv.Itoa(p.Stories)
	}
	if kind == ArchiveHTML {
		return name + "/"
	}
	return name + "." + kind
}

// ParseArchivePage is the inverse of File. Each page has one name: "archive/07.atom" is none.
func ParseArchivePage(file string) (p ArchivePage, kind string, ok bool) {
	rest, ok := strings.CutPrefix(file, ArchiveFolder)
	name, kind, dot := strings.Cut(rest, ".")
	if page, folder := strings.CutSuffix(rest, "/"); folder {
		name, kind, dot = page, ArchiveHTML, true
	}
	number, stories, _ := strings.Cut(name, "-")
	p.Number, _ = strconv.Atoi(number)
	p.Stories, _ = strconv.Atoi(stories)
	if !ok || !dot || p.Number < 1 || p.Number > maxArchiveNumber || p.Stories < 0 || p.File(kind) != file {
		return ArchivePage{}, "", false
	}
	return p, kind, true
}

// maxArchiveNumber is what the store has room for, four bytes of it.
const maxArchiveNumber = 1<<31 - 1

// A Closed is a story in an archive page.
type Closed struct {
	Story ID
	At    time.Time // when it left the subscription document, to the second
}
