package config

import "deskwire"

// policy is what v says of how much is shown, and otherwise for the rest.
func (d *decoder) policy(v *value, otherwise deskwire.Policy) deskwire.Policy {
	p := otherwise
	p.Limit = v.number("limit", p.Limit)
	if age := v.get("max_age"); age != nil {
		p.MaxAge = d.duration(age)
	}
	p.Content = deskwire.Content(or(v.str("content"), string(p.Content)))
	p.Pictures = v.yes("pictures", p.Pictures)
	p.PerSource = v.number("per_source", p.PerSource)
	p.Duplicates = deskwire.Duplicates(or(v.str("duplicates"), string(p.Duplicates)))
	p.Tombstones = v.yes("tombstones", p.Tombstones)
	p.Order = deskwire.Order(or(v.str("order"), string(p.Order)))
	p.Link = deskwire.Link(or(v.str("link"), string(p.Link)))
	if footer := v.get("footer"); footer != nil && !d.told[footer] {
		p.Footer = footer.text
		if err := deskwire.CheckFooter(p.Footer); err != nil {
			d.errorf(footer, "%s: %v", quote(footer), err)
		}
	}
	return p
}

// outputs reads a channel's outputs, whose policies are its own unless they say otherwise.
func (d *decoder) outputs(v *value, c *deskwire.Channel) {
	first := map[string]*value{}
	for _, o := range v.list("outputs") {
		if o.kind != kindMapping {
			continue
		}
		out := deskwire.Output{
			Name: o.str("name"), Format: deskwire.Format(o.str("format")), Token: d.token(o.get("token")), Policy: d.policy(o, c.Policy),
		}
		for _, n := range o.texts("namespaces") {
			out.Namespaces = append(out.Namespaces, deskwire.Namespace(n))
		}
		d.partners(o, &out)
		if out.Name == deskwire.EmbedName {
			d.errorf(o.get("name"), "%s is the output that widgets on other sites read; choose another name", quote(o.get("name")))
		}
		// The same name may stand for several formats of one thing.
		id := out.Name + "." + string(out.Format)
		if was := first[id]; was != nil && !d.told[o.get("name")] {
			d.errorf(o.get("name"), "%s is another output in this format already, in %s", quote(o.get("name")), was.where())
		}
		first[id] = o
		c.Outputs = append(c.Outputs, out)
	}
}

// partners judges what is said for partners against the format.
func (d *decoder) partners(o *value, out *deskwire.Output) {
	for _, n := range o.list("namespaces") {
		switch deskwire.Namespace(n.text) {
		case deskwire.NamespaceSmartNews:
			if out.Format != deskwire.FormatRSS {
				d.errorf(n, "SmartNews reads these words in rss only")
			}
		case deskwire.NamespaceMSN:
			if out.Format != deskwire.FormatRSS && out.Format != deskwire.FormatAtom {
				d.errorf(n, "MSN reads these words in rss and atom only")
			}
		}
	}
	s := o.get("smartnews")
	out.SmartNews = deskwire.SmartNews{Logo: d.address(s.get("logo")), DarkLogo: d.address(s.get("dark_logo")), Analytics: s.str("analytics")}
	switch {
	case s != nil && !out.Speaks(deskwire.NamespaceSmartNews):
		d.errorf(s, "this is for SmartNews, and `namespaces` does not name it")
	case out.Speaks(deskwire.NamespaceSmartNews) && out.SmartNews.Logo == "":
		d.warnf(o, "SmartNews asks for a logo: `smartnews: {logo: https://...}`")
	}
}

// token is the secret part of an address. It never stands in a message.
func (d *decoder) token(v *value) deskwire.Token {
	if v == nil || d.told[v] {
		return ""
	}
	t := deskwire.Token(v.text)
	if !t.Valid() {
		d.errorf(v, "a token is made of at least %d letters, digits, hyphens and underscores; `openssl rand -hex 16` makes one", deskwire.MinToken)
		return ""
	}
	return t
}
