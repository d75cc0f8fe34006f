package publisher_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"deskwire"
	"deskwire/publisher"
)

const pressToken = "Zx9_token-of-a-partner"

// partnered is the desk with a public and a secret output.
func partnered() deskwire.Channel {
	ch := pressDesk
	ch.Outputs = []deskwire.Output{
		{Name: "open", Format: deskwire.FormatAtom, Policy: deskwire.Policy{Limit: 1, Content: deskwire.ContentTitle}},
		{Name: "closed", Format: deskwire.FormatRSS, Token: pressToken, Policy: deskwire.Policy{Limit: 9, Content: deskwire.ContentFull, Footer: "From {source}"}},
	}
	return ch
}

func TestOutput(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.press.Reconfigure(pressSite, []deskwire.Channel{partnered(), pressTwo}, pressSources())
	r.say("own", "First", "<p>One.</p>", "desk/world")
	r.now = r.now.Add(time.Minute)
	r.say("own", "Second", `<p>Two<img src="https://own.example/1.jpg"></p>`, "desk/world")
	r.update()
	const open, closed = "/desks/world/out/open.atom", "/desks/world/out/" + pressToken + "/closed.rss"
	s := r.press.Surface()
	o, c := s.Document(open), s.Document(closed)
	if o == nil || c == nil {
		t.Fatal("the outputs are not there")
	}
	if body := string(o.Plain.Body); strings.Contains(body, "First") || !strings.Contains(body, "Second") || strings.Contains(body, "Two") || o.Type != "application/atom+xml; charset=utf-8" || o.Secret {
		t.Errorf("the open one has its own policy: %s", body)
	}
	if want := `<https://news.example.org` + open + `>; rel="self"; type="application/atom+xml"`; o.Links != want || c.Links != "" || !c.Secret {
		t.Errorf("links %q and %q, want %q and none", o.Links, c.Links, want)
	}
	if body := string(c.Plain.Body); !strings.Contains(body, "One.") || strings.Contains(body, "1.jpg") || !strings.Contains(body, "<p>From Own</p>") {
		t.Errorf("the closed one: %s", body)
	}
	if !strings.Contains(r.rss("desks/world"), "1.jpg") {
		t.Error("the desk's own feed shows no pictures")
	}

	// The token stands in its own document, and nowhere else.
	for d := range s.Documents() {
		if d.Path != closed && (bytes.Contains(d.Plain.Body, []byte(pressToken)) || strings.Contains(d.Links, pressToken)) {
			t.Errorf("%s gives the token away", d.Path)
		}
	}
	said := fmt.Sprintf("%v %+v %#v %s", partnered(), partnered(), partnered().Outputs, partnered().Outputs[1].Token)
	if strings.Contains(said, pressToken) {
		t.Errorf("printed, it shows: %s", said)
	}

	// What did not change is the same document; a policy that changes only an output touches only that.
	r.update("desk/world")
	if r.press.Surface() != s {
		t.Error("made anew, it is another surface")
	}
	ch := partnered()
	ch.Outputs[0].Policy.Limit = 2
	r.press.Reconfigure(pressSite, []deskwire.Channel{ch, pressTwo}, pressSources())
	r.update()
	now := r.press.Surface()
	if now.Document(open) == o || now.Document(closed) != c || now.Document("/desks/world/feed.rss") != s.Document("/desks/world/feed.rss") {
		t.Error("another limit of one output changed something else, or nothing")
	}

	// A token that was replaced opens nothing, not even while the new document can not be made.
	ch.Outputs[1].Token = "another-token-of-20c"
	r.press.Reconfigure(pressSite, []deskwire.Channel{ch, pressTwo}, pressSources())
	r.pages.fail = fmt.Errorf("template")
	if _, _, err := r.press.Update(t.Context(), r.now, nil); err == nil || strings.Contains(err.Error(), "token") {
		t.Errorf("error %v", err)
	}
	if r.press.Document(closed) != nil || r.press.Document(open) == nil {
		t.Error("the old address still answers, or the public one does not")
	}
	r.pages.fail = nil
	r.now = r.now.Add(time.Hour)
	r.update()
	if r.press.Document(closed) != nil || r.press.Document("/desks/world/out/another-token-of-20c/closed.rss") == nil {
		t.Error("the new address does not answer")
	}
}

// What only an output had room for leaves its mark when it is killed: somebody has read it.
func TestOutputOfKilled(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	ch := partnered()
	ch.Policy.Limit = 1
	r.press.Reconfigure(pressSite, []deskwire.Channel{ch}, pressSources())
	id := r.say("own", "Wrong", "<p>Untrue.</p>", "desk/world")
	r.now = r.now.Add(time.Minute)
	r.say("own", "Right", "<p>True.</p>", "desk/world")
	r.update("desk/world")
	const closed = "/desks/world/out/" + pressToken + "/closed.rss"
	partner := func() string { return string(r.press.Document(closed).Plain.Body) }
	if !strings.Contains(partner(), "Untrue") || strings.Contains(r.rss("desks/world"), "Untrue") {
		t.Fatalf("the output alone should show it: %s", partner())
	}
	r.now = r.now.Add(time.Minute)
	if _, err := r.store.Decide(t.Context(), deskwire.Decision{Verb: deskwire.Kill, Article: id, At: r.now, By: "a"}); err != nil {
		t.Fatal(err)
	}
	r.update("desk/world")
	if body := partner(); strings.Contains(body, "Untrue") || strings.Contains(body, "Wrong") || !strings.Contains(body, pressSite.Tag(id)) || !strings.Contains(body, "Withdrawn") {
		t.Errorf("after the kill: %s", body)
	}
}

// Items that are too large even without their texts lose what there is too much of.
func TestThin(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	r.press.Reconfigure(pressSite, []deskwire.Channel{partnered()}, pressSources())
	for range 50 {
		r.sayAs(func(d *deskwire.Draft) {
			for i := range 40 {
				d.Media = append(d.Media, deskwire.Media{URL: fmt.Sprintf("https://own.example/%d/%s", i, strings.Repeat("x", 2000)), Type: "audio/mpeg", Enclosed: true})
			}
		}, "own", "Many files", "<p>Text.</p>", "desk/world")
	}
	r.update()
	for _, file := range []string{"feed.rss", "feed.atom", "feed.json"} {
		if b := r.press.Document("/desks/world/" + file).Plain.Body; len(b) > 2_000_000 || bytes.Count(b, []byte("Many files")) < 50 || !bytes.Contains(b, []byte("https://own.example/0/xxx")) {
			t.Errorf("%s has %d bytes", file, len(b))
		}
	}
}

// An output ends by time as a channel does.
func TestOutputByTime(t *testing.T) {
	t.Parallel()
	r := openPressroom(t)
	ch := partnered()
	ch.Outputs[0].Policy.MaxAge = time.Hour
	r.press.Reconfigure(pressSite, []deskwire.Channel{ch}, pressSources())
	r.say("own", "Old news", "", "desk/world")
	end := r.now.Add(time.Hour)
	if _, until := r.update(); !until.Equal(end) {
		t.Errorf("until %v, want %v", until, end)
	}
	r.now = end
	r.update()
	if body := string(r.press.Document("/desks/world/out/open.atom").Plain.Body); strings.Contains(body, "Old news") || !strings.Contains(r.rss("desks/world"), "Old news") {
		t.Errorf("after its hour: %s", body)
	}
}

// Which items a feed shows is decided by their places; only how they follow each other by its order.
func TestOrder(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return time.Date(2026, 11, 23, h, 0, 0, 0, time.UTC) }
	story := func(id deskwire.ID, placed, published, revised int) deskwire.Story {
		a := deskwire.Article{ID: id, Story: id, Title: string(id), Published: at(published), FirstSeen: at(placed), Revised: at(revised), Placed: at(placed)}
		if revised > placed {
			a.Revision = 1
		}
		return deskwire.Story{ID: id, Placed: at(placed), Articles: []deskwire.Article{a}}
	}
	stories := []deskwire.Story{story("a", 5, 1, 5), story("b", 4, 3, 4), story("c", 3, 2, 9), story("d", 2, 2, 2), story("e", 1, 1, 10)}
	for order, want := range map[deskwire.Order]string{"": "abcd", deskwire.OrderPlaced: "abcd", deskwire.OrderPublished: "bcda", deskwire.OrderUpdated: "cbda"} {
		ch := deskwire.Channel{Kind: deskwire.Desk, Name: "d", Policy: deskwire.Policy{Limit: 4, Order: order}}
		ed, _ := publisher.Compose(ch, at(12), stories, nil, at(0))
		got := ""
		for _, i := range ed.Items {
			got += i.Article.Title
		}
		if got != want || !ed.Updated.Equal(at(9)) {
			t.Errorf("order %q: %s of %v, want %s of %v", order, got, ed.Updated, want, at(9))
		}
	}
}

// Tokens travel where configurations are compared, and nowhere else.
func TestTokenIsValid(t *testing.T) {
	t.Parallel()
	for token, want := range map[deskwire.Token]bool{
		"0123456789abcdef": true, "0123456789abcde": false, "ABCDEFGHIJKLMNOP-_": true, "with a blank in it": false, "with/a/slash/in/it": false,
		"~tilde-tilde-tilde": false, "..................": false, deskwire.Token(strings.Repeat("x", 129)): false,
	} {
		if token.Valid() != want {
			t.Errorf("%q is %v", string(token), !want)
		}
	}
	if b, err := json.Marshal(deskwire.Token("0123456789abcdef")); err != nil || string(b) != `"0123456789abcdef"` {
		t.Errorf("%s, %v", b, err)
	}
}
