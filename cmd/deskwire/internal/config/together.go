package config

import (
	"fmt"

	"deskwire"
)

// together judges what can be seen only across entries and files.
func (d *decoder) together() {
	d.uniqueSources()
	d.uniqueLists()
	d.uniqueChannels()
	d.compile()
}

func (d *decoder) uniqueSources() {
	names, addresses := map[string]*value{}, map[string]*value{}
	for i, v := range d.sources {
		s := &d.cfg.Sources[i]
		if first := names[s.Name]; first != nil && s.Name != "" {
			d.errorf(v.get("name"), "%s is the name of another source already, in %s; a name stands for one source", quote(v.get("name")), first.where())
		} else {
			names[s.Name] = v
		}
		if first := addresses[s.URL]; first != nil && s.URL != "" {
			d.errorf(v.get("url"), "source %s in %s has this address already; its articles would come in twice", first.str("name"), first.where())
		} else {
			addresses[s.URL] = v
		}
	}
}

// uniqueLists sees to it that a name in a rule stands for one source or for one list.
func (d *decoder) uniqueLists() {
	names := map[string]*value{}
	for i, v := range d.sources {
		names[d.cfg.Sources[i].Name] = v
	}
	for i, v := range d.lists {
		name := d.cfg.Lists[i].Name
		if first := names[name]; first != nil && name != "" {
			d.errorf(v.get("name"), "%s is the name of another source or list already, in %s", quote(v.get("name")), first.where())
			continue
		}
		names[name] = v
	}
}

// where says where a value stands, for messages about another one.
func (v *value) where() string { return fmt.Sprintf("%s:%d", v.doc.name, v.at.line) }

// uniqueChannels sees to it that every address leads to one channel, today's names and former ones together.
func (d *decoder) uniqueChannels() {
	taken := map[string]*value{}
	for i, v := range d.channels {
		c := &d.cfg.Channels[i]
		if c.Name == "" {
			continue
		}
		if first := taken[c.Key()]; first != nil {
			d.errorf(v.get("name"), "%s is the name of another %s already, in %s", quote(v.get("name")), c.Kind, first.where())
			continue
		}
		taken[c.Key()] = v
	}
	for i, v := range d.channels {
		c := &d.cfg.Channels[i]
		for _, was := range v.list("was") {
			key := (&deskwire.Channel{Kind: c.Kind, Name: was.text}).Key()
			switch first := taken[key]; {
			case first == nil:
				taken[key] = was
			case first == v:
				d.errorf(was, "%s is its name today", quote(was))
			default:
				d.errorf(was, "%s leads to %s already; an address can lead to one %s only", quote(was), first.where(), c.Kind)
			}
		}
	}
}
