package publisher

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"deskwire"
	"deskwire/publisher/format"
)

// arrange puts the items of an edition into the order that a feed wants. Which items these are was decided by their places;
// among those of one time the newest place comes first.
func arrange(items []deskwire.Item, order deskwire.Order) {
	var when func(*deskwire.Item) time.Time
	switch order {
	case deskwire.OrderPublished:
		when = func(i *deskwire.Item) time.Time { return i.Published }
	case deskwire.OrderUpdated:
		when = func(i *deskwire.Item) time.Time { return i.Updated }
	default:
		return
	}
	slices.SortStableFunc(items, func(a, b deskwire.Item) int {
		return cmp.Or(when(&b).Compare(when(&a)), b.Placed.Compare(a.Placed), cmp.Compare(a.ID, b.ID))
	})
}

// An offer is the document of one output, and what it shows.
type offer struct {
	proof
	key string            // of the output
	ed  *deskwire.Edition // without bodies
}

// offers makes a channel's outputs, and says when time alone changes one of them.
func (p *Press) offers(ctx context.Context, now time.Time, ch *deskwire.Channel, created time.Time) (offers []offer, until time.Time, err error) {
	var ends horizon
	for i := range ch.Outputs {
		out := &ch.Outputs[i]
		o, end, err := p.offer(ctx, now, ch, out, created)
		if err != nil {
			return nil, until, fmt.Errorf("output %s: %w", out.Name, err)
		}
		offers = append(offers, o)
		ends.at(end)
	}
	return offers, ends.next, nil
}

// offer makes one output. Its edition is composed with its own policy, from stories that are gathered for it: it may show
// more than the channel, or other ones.
func (p *Press) offer(ctx context.Context, now time.Time, ch *deskwire.Channel, out *deskwire.Output, created time.Time) (o offer, until time.Time, err error) {
	as := out.As(*ch)
	stories, err := p.gather(ctx, as, now)
	if err != nil {
		return o, until, err
	}
	ed, until := Compose(as, now, stories, p.sources.named, created)
	bodies, err := readBodies(ctx, p.store, &ed)
	if err != nil {
		return o, until, err
	}
	end, err := p.related(ctx, &ed, now)
	if err != nil {
		return o, until, err
	}
	ends := horizon{until}
	ends.at(end)
	d := Document{Path: out.Path(ch), Type: format.TypeOf(string(out.Format)), Kind: KindFeed, Secret: out.Token != ""}
	if !d.Secret {
		mediaType, _, _ := strings.Cut(d.Type, ";")
		d.Links = fmt.Sprintf(`<%s>; rel="self"; type="%s"`, p.setting.site.URL+d.Path, mediaType)
	}
	var body []byte
	if err := fit(&ed, bodies, func() (size int, err error) {
		body, err = format.Output(&ed, p.setting.site, out)
		return len(body), err
	}); err != nil {
		return o, until, err
	}
	for i := range ed.Items {
		ed.Items[i].Body = ""
	}
	return offer{proof{d, body}, ch.Key() + "/" + out.Name + "." + string(out.Format), &ed}, ends.next, nil
}
