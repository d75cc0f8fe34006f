package match

import "strings"

// tracks reports whether a parameter, both halves in lower case, says where a reader comes from rather than what is to be
// read.
func tracks(name, value string) bool {
	for _, prefix := range trackingPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	if trackingNames[name] {
		return true
	}
	switch name {
	case "amp":
		return value == "" || value == "1" || value == "true"
	case "output", "outputtype":
		return value == "amp"
	case "ref", "source", "src", "from", "cmp", "cid", "ns_campaign", "partner", "feed", "via":
		return tellsOrigin[value]
	}
	return false
}

// trackingPrefixes are families of parameters: those of analytics products, mailers and social networks.
var trackingPrefixes = [...]string{"utm_", "at_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "_hs", "oly_", "vero_", "wt_", "wt.", "ga_", "ns_", "fb_", "xtor", "sc_", "itm_", "mc_", "sfmc_", "trk_", "li_fat"}

// trackingNames are parameters that never name a document.
var trackingNames = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(`
		fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh mkt_tok mkevt mkcid mkrid campid
		_ga _gl _openstat s_cid s_kwcid ef_id epik rss rssfeed rss_id xtref ncid ocid cmpid ftag icid iclid guccounter guce_referrer
		guce_referrer_sig smid smtyp partnerid spm scm share_id share_from sharetype feature_id wtmc wtrid echobox soc_src soc_trk
		mbid ref_src ref_url referrer referer recip_id recipient_id sub_id subscriber_id maca tblci traffic_source taid
		ito srnd sref cvid trk tracking trackingid algorithm`) {
		names[name] = true
	}
	return names
}()

// tellsOrigin are the values by which ambiguous parameters are known to be about the reader's way: "ref=rss" is, "ref=4711"
// may be the document.
var tellsOrigin = func() map[string]bool {
	values := map[string]bool{}
	for value := range strings.FieldsSeq(`
		rss rss-feed rssfeed rss_feed feed feeds atom feedburner feedly inoreader newsletter email mail twitter x facebook fb
		instagram linkedin whatsapp telegram threads mastodon bluesky reddit google googlenews google_news apple_news applenews
		flipboard pocket push homepage social share app amp`) {
		values[value] = true
	}
	return values
}()

// noise reports whether a fragment is known to say nothing about what is to be read.
func noise(fragment string) bool {
	f := strings.ToLower(fragment)
	if f == "" || strings.HasPrefix(f, ":~:") || strings.HasPrefix(f, "!/") && len(f) == 2 {
		return true
	}
	switch name, value, _ := strings.Cut(f, "="); {
	case tracks(name, value):
		return true
	case name == "ref", name == "echobox", name == "link_time":
		return true
	}
	switch f {
	case "comments", "respond", "disqus_thread", "comment-form", "top", "content", "main", "main-content", "more", "rss", "feed", "!":
		return true
	}
	return strings.HasPrefix(f, "more-") // where a blog's teaser ends
}
