package check

import (
	"encoding/json"
	"time"
)

// jsonFeed is what the rules want of a JSON Feed 1.1.
type jsonFeed struct {
	Version  string            `json:"version"`
	Title    string            `json:"title"`
	Home     string            `json:"home_page_url"`
	Feed     string            `json:"feed_url"`
	Language string            `json:"language"`
	Author   json.RawMessage   `json:"author"`
	Authors  []json.RawMessage `json:"authors"`
	Items    []jsonItem        `json:"items"`
}

type jsonItem struct {
	ID          json.RawMessage   `json:"id"`
	URL         string            `json:"url"`
	External    string            `json:"external_url"`
	Title       string            `json:"title"`
	HTML        string            `json:"content_html"`
	Text        string            `json:"content_text"`
	Summary     string            `json:"summary"`
	Image       string            `json:"image"`
	Published   string            `json:"date_published"`
	Modified    string            `json:"date_modified"`
	Author      json.RawMessage   `json:"author"`
	Authors     []json.RawMessage `json:"authors"`
	Attachments []struct {
		URL  string `json:"url"`
		Type string `json:"mime_type"`
	} `json:"attachments"`
	Deskwire struct {
		Status string `json:"status"`
		Source struct {
			Name string `json:"name"`
			URL  string `json:"url"`
			ID   string `json:"id"`
		} `json:"source"`
		Carriers []struct {
			URL string `json:"url"`
		} `json:"carriers"`
		Related []struct {
			URL string `json:"url"`
		} `json:"related"`
		Pictures []json.RawMessage `json:"pictures"`
	} `json:"_deskwire"`
}

// json says what is wrong with a JSON Feed.
func (c *checker) json(body []byte) (items []Item) {
	var feed jsonFeed
	if err := json.Unmarshal(body, &feed); err != nil {
		c.say("JSON", "%v", err)
		return nil
	}
	if feed.Version != "https://jsonfeed.org/version/1.1" || feed.Title == "" {
		c.say("JSON", "version %q, title %q", feed.Version, feed.Title)
	}
	if feed.Feed != c.want.Self {
		c.say("W01", "it says to stand at %q, and stands at %s", feed.Feed, c.want.Self)
	}
	if feed.Home != c.want.Home {
		c.say("W01", "it leads to %q, not to %s", feed.Home, c.want.Home)
	}
	if feed.Language != c.want.Language {
		c.say("W02", "language %q, not %q", feed.Language, c.want.Language)
	}
	if feed.Author != nil || len(feed.Authors) == 0 {
		c.say("JSON", "the feed has %d authors, and `author` is %s", len(feed.Authors), feed.Author)
	}
	for i := range feed.Items {
		items = append(items, c.jsonItem(&feed.Items[i]))
	}
	c.ids(items)
	return items
}

func (c *checker) jsonItem(j *jsonItem) (it Item) {
	if err := json.Unmarshal(j.ID, &it.ID); err != nil {
		c.say("JSON", "the id %s is no text", j.ID)
	}
	it.Title, it.GUID, it.Killed, it.Size = j.Title, j.Deskwire.Source.ID, j.Deskwire.Status == "killed", len(j.HTML)+len(j.Text)+len(j.Summary)
	if (j.HTML == "") == (j.Text == "") {
		c.say("JSON", "%s has %d bytes of HTML and %d of text", it.ID, len(j.HTML), len(j.Text))
	}
	if j.Author != nil || len(j.Authors) == 0 {
		c.say("JSON", "%s has %d authors, and `author` is %s", it.ID, len(j.Authors), j.Author)
	}
	if j.Deskwire.Source.Name == "" && !it.Killed {
		c.say("JSON", "%s does not say where it is from", it.ID)
	}
	published := c.date("date_published of "+it.ID, j.Published, time.RFC3339Nano)
	if c.date("date_modified of "+it.ID, j.Modified, time.RFC3339Nano).Before(published) {
		c.say("W13", "%s was changed before it was published", it.ID)
	}
	c.html(j.HTML)
	for _, a := range j.Attachments {
		if !web(a.URL) || a.Type == "" {
			c.say("JSON", "%s has an attachment at %q of type %q", it.ID, a.URL, a.Type)
		}
	}
	links := []string{j.URL, j.External, j.Deskwire.Source.URL}
	for _, o := range j.Deskwire.Carriers {
		links = append(links, o.URL)
	}
	for _, o := range j.Deskwire.Related {
		links = append(links, o.URL)
	}
	for _, addr := range append(links, j.Image) {
		if addr != "" && !web(addr) {
			c.say("W26", "%s leads to %q", it.ID, addr)
		}
	}
	for _, addr := range links {
		if addr != "" {
			it.Links = append(it.Links, addr)
		}
	}
	if it.Killed && (len(it.Links) > 0 || it.GUID != "" || j.HTML != "" || j.Image != "" || len(j.Attachments) > 0 || len(j.Deskwire.Pictures) > 0) {
		c.say("held", "the mark of %s holds more than id, date and notice", it.ID)
	}
	return it
}
