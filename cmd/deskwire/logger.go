package main

import (
	"io"
	"log/slog"
	"strings"
)

// newLogger writes to w as the configuration says. Text from outside is made plain: a feed can not forge a log line.
func newLogger(p *Plan, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{
		Level: p.Log.Level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindString {
				a.Value = slog.StringValue(plain(a.Value.String()))
			}
			return a
		},
	}
	if strings.EqualFold(p.Log.Format, "json") {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
