package config

import (
	"slices"

	"deskwire/publisher/rule"
)

// compile has the rules compiled and says where in the file the wrong ones stand.
func (d *decoder) compile() {
	if d.partial {
		return // a source that rules name may stand in the file that could not be read
	}
	names := make([]string, len(d.cfg.Sources))
	for i := range d.cfg.Sources {
		names[i] = d.cfg.Sources[i].Name
	}
	for i := range d.cfg.Lists {
		names = append(names, d.cfg.Lists[i].Name)
	}
	for _, ch := range d.channels {
		for _, v := range ch.list("prefer") {
			if !slices.Contains(names, v.text) && !d.told[v] {
				d.errorf(v, "there is no source %s", quote(v))
			}
		}
	}
	_, problems := rule.Compile(d.cfg.Channels, names)
	for _, p := range problems {
		v := d.ruleValue(p)
		if v == nil || d.told[v] || p.Field == "" && d.toldWithin(v) {
			continue // a rule whose only condition is mistyped is not also an empty one
		}
		at := v.at
		if p.Field == "when" {
			at = v.within(p.Offset)
		}
		if !p.Warning {
			d.tell(v)
		}
		d.add(v.doc.name, at, v.path(), p.Warning, p.Msg)
	}
}

// ruleValue is the value that a problem is about, or the nearest one around it.
func (d *decoder) ruleValue(p rule.Problem) *value {
	var v *value
	for i := range d.channels {
		if d.cfg.Channels[i].Key() == p.Channel {
			v = d.channels[i]
			break
		}
	}
	if v == nil {
		return nil
	}
	for _, step := range []struct {
		key   string
		index int
	}{{p.List, p.Rule}, {p.Field, p.Index}} {
		next := v.get(step.key)
		if next == nil {
			return v
		}
		if v = next; step.index >= 0 && step.index < len(v.items) {
			v = v.items[step.index]
		}
	}
	return v
}
