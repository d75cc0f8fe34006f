package aggregator

import (
	"context"
	"fmt"
	"time"

	"deskwire/aggregator/fetch"
	"deskwire/aggregator/parse"
	"deskwire/storage"
)

// folder reads a source that is a folder: each file that came or changed since the last look is a document of its own, oldest
// first, so that a later file may say more of what an earlier one said. How far the look has come is stored with what it
// brought, in the place of a validator. A file that is no feed is a note and stops nobody.
func (w *worker) folder(ctx context.Context, c storage.Claim, path string) {
	src := w.sources[c.Source]
	began := time.Now()
	look := try{worker: w, src: src, claim: c, state: fetch.Begin(src, c.State)}
	look.report = SourceReport{Source: src.Name, Outcome: NotModified}
	place, read := look.state.LastModified, 0
	sent := look.state
	more, err := fetch.ReadFolder(ctx, path, place, w.now(), func(f fetch.File) bool {
		place = f.Place
		look.report.Bytes += int64(len(f.Body))
		doc, err := look.file(&f)
		if err != nil {
			look.report.Notes = append(look.report.Notes, fmt.Sprintf("%s: %v", f.Name, err))
			return true
		}
		read++
		look.report.Outcome = Read
		for _, note := range doc.Notes {
			look.report.Notes = append(look.report.Notes, fmt.Sprintf("%s: %s", f.Name, note))
		}
		sent.LastModified, sent.Title, sent.Home, sent.Language = place, doc.Title, doc.Home, doc.Language
		j := job{report: SourceReport{Source: src.Name, Outcome: Read}, src: src, state: sent, part: true}
		brought := look.fetched(doc)
		brought.State, brought.Part = sent, true
		j.prepared = storage.Prepare(brought)
		w.jobs <- j
		return true
	})
	look.state = sent
	look.result = fetch.Result{Status: 200, Reached: true, FinalURL: src.URL, LastModified: place, Err: err}
	if err != nil {
		look.report.Outcome = Failed
	}
	if more {
		look.report.Notes = append(look.report.Notes, fmt.Sprintf("read %d files; the rest is read at the next look", read))
	}
	if look.report.Took = time.Since(began); look.result.Interrupted(ctx) {
		j := giveBack(storage.Claim{Source: c.Source, State: sent})
		w.jobs <- j
		return
	}
	j := look.finish()
	if read > 0 { // the last document of the round, of no items, closes it
		last := look.fetched(&parse.Document{})
		j.prepared = storage.Prepare(last)
	}
	w.jobs <- j
}

// file reads one document of a folder.
func (t *try) file(f *fetch.File) (*parse.Document, error) {
	if f.Err != nil {
		return nil, f.Err
	}
	doc, err := t.parse(parse.Input{Body: f.Body, URL: f.URL, Source: *t.src, Now: t.now()})
	if err == nil && doc.Truncated && len(doc.Drafts) == 0 {
		err = errBroken
	}
	if err != nil {
		return nil, err
	}
	for i := range doc.Drafts {
		doc.Drafts[i].Mark = 0 // a folder's files are told apart by when they came, not by their items
	}
	return doc, nil
}
