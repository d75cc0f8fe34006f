package format

import "strings"

// footer is the channel's footer for one entry, as HTML: every name and address is escaped, every line is one.
func (c *channel) footer(e *entry, home string) string {
	linked := func(name, addr string) string {
		if addr == "" {
			return escape(name)
		}
		return `<a href="` + attribute(addr) + `">` + escape(name) + "</a>"
	}
	r := strings.NewReplacer(
		"{source}", linked(e.origin.Name, e.origin.URL), "{link}", linked(e.origin.URL, e.origin.URL), "{title}", escape(e.heading),
		"{channel}", linked(c.title, c.page), "{site}", linked(c.site, home),
	)
	var lines []string
	for line := range strings.Lines(c.policy.Footer) {
		if line = Line(line); line != "" {
			lines = append(lines, r.Replace(escape(line)))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "<p>" + strings.Join(lines, "<br/>") + "</p>"
}

// attribute makes a text fit between double quotes.
func attribute(s string) string { return strings.ReplaceAll(escape(s), `"`, "&#34;") }
