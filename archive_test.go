package deskwire

import "testing"

func TestArchivePageNames(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]ArchivePage{
		"archive/1.atom":       {Number: 1},
		"archive/8-37.json":    {Number: 8, Stories: 37},
		"archive/120-100.rss":  {Number: 120, Stories: 100},
		"archive/2147483647.x": {Number: 1<<31 - 1},
		"archive/7/":           {Number: 7},
		"archive/8-37/":        {Number: 8, Stories: 37},
		"archive/7.html":       {}, "archive//": {}, "archive/7//": {}, "archive/07/": {}, "archive/7.atom/": {},
		"archive/0.atom": {}, "archive/-1.atom": {}, "archive/1-0.atom": {}, "archive/01.atom": {}, "archive/1-.atom": {}, "archive/1--1.atom": {},
		"archive/1-2-3.atom": {}, "archive/+1.atom": {}, "archive/1": {}, "archive/.atom": {}, "1.atom": {}, "archive/": {}, "": {},
		"archive/2147483648.atom": {}, "archive/99999999999999999999.atom": {}, "archive/１.atom": {},
	} {
		got, kind, ok := ParseArchivePage(file)
		if got != want || ok != (want != ArchivePage{}) || ok && got.File(kind) != file {
			t.Errorf("ParseArchivePage(%q) = %+v, %q, %t, want %+v", file, got, kind, ok, want)
		}
	}
}
