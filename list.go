package deskwire

import "time"

// A List is an OPML document somewhere that names feeds: whatever it names is a source, as long as it does.
type List struct {
	Name    string // sources of the list are called NAME/something; rules may name the list for all of them
	URL     string // http, https or file
	Every   time.Duration
	Headers map[string]string // for the list's own host only
	Members Source            // what its sources have in common: rights, language, trust and the like
}

// A Member is a feed as a list names it.
type Member struct {
	Name     string `json:"name"` // made once, kept as long as the list has the address
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Home     string `json:"home,omitempty"`
	Language string `json:"language,omitempty"`
}

// Source is the list itself as something to be asked. Its name is none that a source can have.
func (l *List) Source() Source {
	return Source{Name: "@" + l.Name, URL: l.URL, Every: l.Every, Headers: l.Headers, Paused: l.Members.Paused}
}

// Member is a member as a source. The title and the language that the list gives stand only where all members have none.
func (l *List) Member(m Member) Source {
	s := l.Members
	s.Name, s.URL, s.Title, s.Home = l.Name+"/"+m.Name, m.URL, m.Title, m.Home
	if s.Language == "" {
		s.Language = m.Language
	}
	return s
}
