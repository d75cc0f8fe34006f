package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) whyCmd() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:     "why ARTICLE [CHANNEL]",
		Short:   "Explain why an article is in a channel, or is not",
		Example: "  deskwire why 0d5x9k2m\n  deskwire why https://example.org/2026/11/talks desk/world",
		Args:    cobra.RangeArgs(1, 2),
		RunE: a.inRoom(func(ctx context.Context, n *Newsroom, args []string) error {
			var channels []string
			if len(args) == 2 {
				c, err := n.Plan().Channel(args[1])
				if err != nil {
					return err
				}
				channels = append(channels, c.Key())
			}
			id, err := n.find(ctx, args[0])
			if err != nil {
				return err
			}
			x, err := n.filer(nil).Explain(ctx, id, n.now(), n.Plan().ByName, channels...)
			if err != nil {
				return err
			}
			if a.flag.json {
				return writeJSON(a.out(), x)
			}
			x.Title = plain(x.Title)
			var b strings.Builder
			if err := x.Write(&b); err != nil {
				return err
			}
			_, err = a.out().Write([]byte(b.String()))
			return err
		}),
	})
}
