package parse

// Limits on what one document may contain. A document beyond them is read as far as they reach and the rest is left out, with
// one line in [Document].Notes: nothing here makes a source useless, and nothing makes it expensive.
const (
	maxItems      = 2_000     // the longest honest feeds (podcast archives) hold about as many; newest come first
	maxDepth      = 128       // gofeed recurses without a limit of its own
	maxRoots      = 16        // feeds that follow each other in one document
	maxHead       = 4 << 10   // bytes in which a document names its language
	maxWrapper    = 4 << 10   // bytes of what a whole feed is wrapped in
	maxDropped    = 32        // open elements that are followed although they are left out
	maxNamespaces = 128       // bindings in scope: goxpp copies all of them for each element
	maxToken      = 1 << 20   // bytes of one attribute, text or tag
	maxElements   = 50_000    // a document of empty elements costs gofeed fifty times its size
	maxAttributes = 100_000   // likewise
	maxPerItem    = 500       // elements of one item outside its text; real ones have 10 to 60
	maxExtensions = 24_000    // twelve for each item; one costs two maps in gofeed, a kilobyte or so
	maxMembers    = 64        // of a JSON item whose members are tried one by one
	maxJSONDepth  = 128       // encoding/json recurses too
	maxNotes      = 16        // lines that a person will read
	maxLiftDepth  = 64        // elements of the same name nested inside their own text
	maxURL        = 2 << 10   // longer addresses are data, not addresses
	maxKeyLength  = 4 << 10   // of a guid; longer ones are cut and completed by their hash
	maxTitle      = 1_000     // runes; whole articles have been seen in titles
	maxName       = 200       // runes of a person's name, a category, a credit
	maxCaption    = 2_000     // runes
	maxAuthors    = 32        // an article with more has a list of names in the wrong place
	maxCategories = 64        // likewise
	maxMedia      = 64        // pictures and enclosures of one article
	maxSummary    = 500       // runes kept; what rights show may be less
	maxNesting    = 100       // open elements in clean HTML, where browsers give up at 512
	maxBalance    = 256 << 10 // bytes that an HTML parser is asked to balance; longer ones are closed by hand
	maxBalanced   = 512 << 10 // likewise of a whole document: a megabyte of end tags under open lists takes five seconds
	maxTangle     = 16 << 20  // bytes that a tree of left open elements may take while it is balanced
	maxLookups    = 2 << 20   // open elements times tags of what is balanced: honest articles have some ten thousand
	maxText       = 8 << 20   // bytes of a document in UTF-8, as of its body: a byte of another charset may become three
	maxBody       = maxToken  // bytes of one item's HTML, before and after cleaning
	maxArticles   = 8 << 20   // bytes of all articles of a document, as of itself: short addresses become long ones, heads are inherited
	maxLinks      = 64        // feeds named by one page
	maxCard       = 8 << 10   // bytes of a box that is taken for a related-story card and removed
	maxZones      = 64        // zones named by the dates of one document
	maxZoneLength = 8         // letters of a zone's name
	minuteOfWords = 230       // words read in a minute: the mean of published measurements for news prose
	minuteOfChars = 500       // characters read in a minute in scripts without spaces
)

const textCut = "a text longer than 1 MB was cut"
