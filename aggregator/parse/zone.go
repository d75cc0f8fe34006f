package parse

import (
	"strings"
	"time"
)

// readZone reads a zone's abbreviation.
func (p *dateParts) readZone(word string) bool {
	if len(word) > maxZoneLength {
		return false
	}
	word = strings.ToUpper(word)
	seconds, ok := zoneOffset(word)
	if !ok {
		return false
	}
	if !p.zoned { // "+0300 (MSK)": the number stands
		p.zone, p.offset, p.zoned = word, seconds, true
	}
	return true
}

// zonePlace reads a zone's name in the tz database, Europe/Kyiv, and returns its length.
func (p *dateParts) zonePlace(s string) int {
	n := 0
	for n < len(s) && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || s[n] == '/' || s[n] == '_' || s[n] == '-') {
		n++
	}
	region, _, _ := strings.Cut(s[:n], "/")
	switch region {
	case "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Etc":
	default:
		return 0
	}
	if n > 40 {
		return 0
	}
	if p.place == "" {
		p.place = s[:n]
	}
	return n
}

// location is a zone of the tz database, nil when it has none of that name.
func (d *dateReader) location(name string) *time.Location {
	if loc, ok := d.zones[name]; ok || len(d.zones) > maxZones {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = nil
	}
	d.zones[name] = loc
	return loc
}

// zoneOf is the zone of a date: an offset before a name before an abbreviation before the source's own. at is the date in a zone.
func (d *dateReader) zoneOf(p *dateParts, at func(*time.Location) time.Time) *time.Location {
	switch {
	case p.zone != "":
		return d.abbreviated(p, at)
	case p.zoned:
		return time.FixedZone("", p.offset)
	case p.place != "":
		if loc := d.location(p.place); loc != nil {
			return loc
		}
	}
	return d.loc
}

// abbreviated is the zone that an abbreviation means. One abbreviation, several zones (IST, CST, BST): where the source's own
// zone uses it, at any time of the year, that one is meant.
func (d *dateReader) abbreviated(p *dateParts, at func(*time.Location) time.Time) *time.Location {
	if place, ok := zonePlaces[p.zone]; ok {
		if loc := d.location(place); loc != nil {
			return loc
		}
	}
	if d.named {
		t := at(d.loc)
		for _, probe := range []time.Time{t, t.AddDate(0, 3, 0), t.AddDate(0, 6, 0), t.AddDate(0, 9, 0)} {
			name, offset := probe.Zone()
			if name == p.zone || name == "A"+p.zone { // Australia leaves its first letter out
				return time.FixedZone("", offset)
			}
		}
		if own, _ := t.Zone(); sharedZones[p.zone] && (own[0] == '+' || own[0] == '-') {
			return d.loc // whose abbreviation the tz database doesn't know
		}
	}
	return time.FixedZone("", p.offset)
}

// zonePlaces are the abbreviations that mean the time on the wall, summer or winter.
var zonePlaces = map[string]string{
	"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles", "AET": "Australia/Sydney",
}

// sharedZones are abbreviations that people use in countries far apart.
var sharedZones = map[string]bool{"AST": true, "BST": true, "GST": true, "IST": true, "CST": true, "EST": true, "PST": true, "MST": true, "SST": true, "AMT": true, "ECT": true, "ACT": true, "WST": true, "ADT": true}

// zoneOffset is the offset east of UTC, in seconds, of a zone's abbreviation in capital letters. Where several zones share
// one, the one with most readers is meant; a source whose own zone uses the abbreviation is asked first (see assemble).
// time.Parse would take any unknown abbreviation for UTC, and be wrong by hours without a word.
func zoneOffset(name string) (seconds int, ok bool) {
	quarters, ok := zoneQuarters[name]
	return quarters * 900, ok
}

// zoneQuarters counts in quarters of an hour.
var zoneQuarters = map[string]int{
	"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "ZULU": 0, "UCT": 0, "AZOST": 0, "EGST": 0,
	// Europe and Africa
	"BST": 4, "CET": 4, "MET": 4, "MEZ": 4, "WEST": 4, "WAT": 4, "DFT": 4,
	"CEST": 8, "MEST": 8, "MESZ": 8, "EET": 8, "CAT": 8, "SAST": 8, "WAST": 8, "KALT": 8,
	"EEST": 12, "MSK": 12, "EAT": 12, "TRT": 12, "FET": 12, "IDT": 12,
	"МСК": 12, "MSD": 16, "SAMT": 16,
	// Asia
	"IRST": 14, "IRDT": 18, "GST": 16, "AZT": 16, "AMT": 16, "GET": 16, "MUT": 16, "RET": 16, "SCT": 16, "AFT": 18,
	"PKT": 20, "UZT": 20, "YEKT": 20, "TMT": 20, "TJT": 20, "MVT": 20, "IST": 22, "SLST": 22, "NPT": 23,
	"BDT": 24, "BTT": 24, "KGT": 24, "OMST": 24, "ALMT": 24, "MMT": 26, "ICT": 28, "WIB": 28, "KRAT": 28, "NOVT": 28, "HOVT": 28,
	"HKT": 32, "SGT": 32, "MYT": 32, "PHT": 32, "PHST": 32, "WITA": 32, "IRKT": 32, "ULAT": 32, "AWST": 32, "BNT": 32,
	"JST": 36, "KST": 36, "WIT": 36, "YAKT": 36, "TLT": 36, "PWT": 36,
	// Oceania
	"ACST": 38, "ACDT": 42, "AEST": 40, "AEDT": 44, "AET": 40, "VLAT": 40, "PGT": 40, "CHST": 40, "LHST": 42, "LHDT": 44,
	"MAGT": 44, "SAKT": 44, "SBT": 44, "NCT": 44, "VUT": 44, "NZST": 48, "NZDT": 52, "FJT": 48, "PETT": 48, "ANAT": 48, "TVT": 48, "WAKT": 48,
	"CHAST": 51, "CHADT": 55, "TOT": 52, "PHOT": 52, "LINT": 56,
	// America
	"AZOT": -4, "CVT": -4, "EGT": -4, "FNT": -8, "BRST": -8, "UYST": -8, "NDT": -10, "NST": -14,
	"ADT": -12, "ART": -12, "BRT": -12, "CLST": -12, "GFT": -12, "PMST": -12, "SRT": -12, "UYT": -12, "PMDT": -8, "WGT": -12, "WGST": -8,
	"AST": -16, "EDT": -16, "CLT": -16, "BOT": -16, "GYT": -16, "VET": -16, "PYT": -16, "PYST": -12, "FKT": -16,
	"EST": -20, "CDT": -20, "COT": -20, "PET": -20, "ECT": -20, "ACT": -20, "ET": -20, "CIST": -20,
	"CST": -24, "MDT": -24, "CT": -24, "GALT": -24, "MST": -28, "PDT": -28, "MT": -28, "PST": -32, "PT": -32, "AKDT": -32,
	"AKST": -36, "HDT": -36, "GAMT": -36, "HST": -40, "HAST": -40, "TAHT": -40, "CKT": -40, "SST": -44, "NUT": -44,
}
