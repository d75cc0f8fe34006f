package parse

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
