package parse

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Asides stand in an article's text without being part of it: cards of related stories, lines that lead to them, calls to
// subscribe, rows of buttons. They are known by the class of their element, by the words they begin with, or by where their
// links lead, and go only where they stand alone: a sentence of the article is never cut.

// The lengths, in bytes, up to which a block of text is looked at as an aside. Longer ones are the article's own.
const (
	maxLeadIn   = 400 // with a link
	maxPlainEnd = 200 // without one
	maxAround   = 120 // words outside of links after a lead-in and a colon
	maxLoose    = 24  // words outside of links where there is no colon
	maxLabel    = 40  // what stands before a row of buttons: "Share this:"
)

// classRole is what the words of a class attribute say about an element.
type classRole uint8

const (
	roleNone classRole = iota
	roleCard
	roleCaption
	roleCredit
)

// roleOf is the first role among the words of a class attribute.
func roleOf(class string) classRole {
	for word := range strings.FieldsSeq(strings.ToLower(class)) {
		if role := classRoles[word]; role != roleNone {
			return role
		}
		if i := strings.Index(word, "__"); i > 0 { // block__element
			if role := classRoles[word[:i]]; role == roleCard {
				return role
			} else if role = classRoles[word[i+2:]]; role == roleCaption || role == roleCredit {
				return role
			}
		}
	}
	return roleNone
}

var classRoles = map[string]classRole{
	"related": roleCard, "related-posts": roleCard, "related-articles": roleCard, "related-content": roleCard, "related-story": roleCard, "related-stories": roleCard,
	"related-news": roleCard, "related-links": roleCard, "relatedposts": roleCard, "jp-relatedposts": roleCard, "read-more": roleCard, "readmore": roleCard,
	"read-also": roleCard, "readalso": roleCard, "see-also": roleCard, "more-on": roleCard, "newsletter": roleCard, "newsletter-signup": roleCard,
	"newsletter-box": roleCard, "newsletter-form": roleCard, "subscribe": roleCard, "subscribe-box": roleCard, "sharedaddy": roleCard, "share-buttons": roleCard,
	"social-share": roleCard, "sharing": roleCard, "addtoany_share_save_container": roleCard, "feedflare": roleCard, "promo": roleCard, "advert": roleCard,
	"advertisement": roleCard, "ad-container": roleCard, "wp-block-latest-posts": roleCard, "wp-block-embed-related": roleCard, "embed-related": roleCard,
	"article-related": roleCard, "inline-related": roleCard, "crp_related": roleCard, "yarpp-related": roleCard, "yarpp": roleCard, "mc4wp-form": roleCard,
	"tags-links": roleCard, "author-box": roleCard, "wp-block-newspack-blocks-homepage-articles": roleCard, "donation": roleCard, "donate-box": roleCard,
	"related-article": roleCard, "related-post": roleCard, "related-box": roleCard, "related_posts": roleCard, "related-articles-block": roleCard, "read-next": roleCard,
	"more-stories": roleCard, "recommended": roleCard, "recommendations": roleCard, "social-buttons": roleCard, "share": roleCard, "sharing-buttons": roleCard,
	"share-links": roleCard, "social-links": roleCard, "social-sharing": roleCard, "post-share": roleCard, "wp-block-social-links": roleCard, "a2a_kit": roleCard,
	"newsletter-widget": roleCard, "newsletter-promo": roleCard, "newsletter-cta": roleCard, "signup": roleCard, "sign-up": roleCard, "subscription-box": roleCard,
	"app-promo": roleCard, "donate": roleCard, "support-us": roleCard, "wp-block-jetpack-subscriptions": roleCard, "subscription-widget-wrap": roleCard,
	"subscription-widget-wrap-editor": roleCard, "wp-block-query": roleCard, "post-navigation": roleCard, "saboxplugin-wrap": roleCard, "printfriendly": roleCard,
	"wpulike": roleCard, "rp4wp-related-posts": roleCard, "addthis_inline_share_toolbox": roleCard, "ssba": roleCard, "heateor_sss_sharing_container": roleCard,
	"wp-caption-text": roleCaption, "image-caption": roleCaption, "photo-caption": roleCaption, "picture-caption": roleCaption, "media-caption": roleCaption, "img-caption": roleCaption,
	"credit": roleCredit, "credits": roleCredit, "copyright": roleCredit, "photo-credit": roleCredit, "image-credit": roleCredit, "picture-credit": roleCredit,
	"photocredit": roleCredit, "image-source": roleCredit, "photo-source": roleCredit, "photographer": roleCredit, "media-credit": roleCredit, "attribution": roleCredit,
	"image-attribution": roleCredit, "caption-credit": roleCredit, "figcaption-credit": roleCredit, "source": roleCredit, "bildquelle": roleCredit, "byline-photo": roleCredit,
}

// leadIns begin a line that leads away from the article. Lower case; the sign after them is no letter.
var leadIns = []string{
	"read more", "read also", "also read", "read next", "read this next", "more on this", "more on this story", "related", "related story", "related stories", "related articles",
	"related news", "related posts", "related coverage", "related reading", "don't miss", "don’t miss", "you may also like", "you might also like", "recommended", "recommended reading", "more from",
	"continue reading", "keep reading", "read the full story", "read the full article", "watch also", "watch", "listen",
	"lesen sie auch", "lesen sie mehr", "lesen sie hier", "lesen sie dazu", "mehr zum thema", "mehr dazu", "weiterlesen", "auch interessant", "das könnte sie auch interessieren",
	"lire aussi", "à lire aussi", "a lire aussi", "à lire également", "lire également", "lire la suite", "pour aller plus loin", "sur le même sujet",
	"lea también", "lee también", "le puede interesar", "te puede interesar", "leer más", "leer también", "más información", "noticias relacionadas",
	"leia também", "leia mais", "saiba mais", "leggi anche", "leggi tutto", "continua a leggere", "per approfondire",
	"lees ook", "lees verder", "lees meer", "läs också", "läs även", "läs mer", "les også", "les mer", "læs også", "læs mere", "lue myös", "lue lisää",
	"czytaj też", "czytaj także", "czytaj również", "czytaj więcej", "zobacz też", "zobacz także", "zobacz również", "czytaj dalej", "čtěte také", "čtěte také", "číst dál", "přečtěte si", "čítajte aj", "čítajte viac", "olvassa el", "olvasta már", "kapcsolódó",
	"citește și", "citiți și", "pročitajte još", "pročitajte i", "pročitaj još", "čitajte još", "preberite še", "skaityk taip pat", "skaitykite", "lasi arī", "lasi vēl", "loe ka", "loe veel",
	"читайте також", "читайте ще", "читати також", "читайте по темі", "дивіться також", "читати далі", "читайте также", "читайте ещё", "читайте еще", "читать также", "читать далее", "читать дальше", "смотрите также", "по теме", "материалы по теме",
	"чытайце таксама", "чытайце яшчэ", "прочетете още", "още по темата", "вижте още", "прочитајте још", "прочитајте и", "διαβάστε επίσης", "διαβάστε ακόμα", "δείτε επίσης", "ayrıca okuyun", "bunu da okuyun", "ilgili haber", "ilgili haberler", "devamını oku",
	"اقرأ أيضا", "اقرأ أيضاً", "اقرأ المزيد", "إقرأ أيضا", "شاهد أيضا", "بیشتر بخوانید", "همچنین بخوانید", "קראו גם", "קרא עוד", "לקריאה נוספת",
	"baca juga", "baca selengkapnya", "đọc thêm", "xem thêm", "อ่านเพิ่มเติม", "อ่านต่อ", "यह भी पढ़ें", "ये भी पढ़ें", "आगे पढ़ें", "আরও পড়ুন", "இதையும் படியுங்கள்",
	"関連記事", "続きを読む", "あわせて読みたい", "関連ニュース", "相关阅读", "相关新闻", "延伸閱讀", "延伸阅读", "相關新聞", "閱讀更多", "阅读更多", "查看更多", "관련기사", "관련 기사", "더 보기", "더보기",
}

// loneLeads only lead away when a colon follows: they begin honest sentences as well.
var loneLeads = map[string]bool{"watch": true, "listen": true, "related": true, "recommended": true, "más información": true, "saiba mais": true, "по теме": true, "more from": true, "skaitykite": true, "přečtěte si": true}

// onwards are links at the end of a block that only lead on to the rest of the text.
var onwards = map[string]bool{
	"more": true, "read more": true, "read on": true, "read the rest": true, "read full article": true, "read full story": true, "read the full article": true, "read the full story": true, "full story": true,
	"continue reading": true, "keep reading": true, "click here to read more": true, "view article": true, "read article": true, "read the article": true, "view post": true, "see more": true,
	"mehr": true, "weiterlesen": true, "mehr lesen": true, "weiter": true, "zum artikel": true, "lire la suite": true, "lire plus": true, "en savoir plus": true, "lire l'article": true, "lire l’article": true,
	"leer más": true, "seguir leyendo": true, "ver más": true, "leia mais": true, "continue lendo": true, "saiba mais": true, "leggi tutto": true, "continua a leggere": true, "leggi di più": true, "lees meer": true,
	"lees verder": true, "läs mer": true, "läs hela": true, "les mer": true, "læs mere": true, "lue lisää": true, "czytaj dalej": true, "czytaj więcej": true, "więcej": true, "číst dál": true, "celý článek": true, "čítať ďalej": true,
	"citește mai mult": true, "tovább": true, "читать далее": true, "читать дальше": true, "подробнее": true, "далее": true, "читати далі": true, "докладніше": true, "детальніше": true, "чытаць далей": true, "виж още": true,
	"περισσότερα": true, "διαβάστε περισσότερα": true, "devamı": true, "devamını oku": true, "اقرأ المزيد": true, "المزيد": true, "ادامه مطلب": true, "המשך לקרוא": true, "baca selengkapnya": true, "xem thêm": true, "đọc tiếp": true, "อ่านต่อ": true,
	"続きを読む": true, "全文を読む": true, "阅读全文": true, "閱讀全文": true, "继续阅读": true, "繼續閱讀": true, "阅读更多": true, "더보기": true, "더 보기": true,
}

// calls ask readers for something. Lower case; each says "our" or "us", so that it is the paper that speaks and not the news.
var calls = []string{
	"subscribe to our", "subscribe to the newsletter", "sign up for our", "sign up to our", "sign up here for our", "join our newsletter", "join our whatsapp", "join our telegram", "follow us on", "like us on", "support our journalism", "support our work",
	"download our app", "get our newsletter", "get our app", "donate to our", "become a member and support", "find us on",
	"abonnieren sie unseren", "abonnieren sie unser", "melden sie sich für unseren newsletter", "folgen sie uns", "folge uns", "unterstützen sie unsere arbeit", "laden sie unsere app",
	"abonnez-vous à notre", "inscrivez-vous à notre", "suivez-nous sur", "recevez notre newsletter", "soutenez notre", "téléchargez notre application",
	"suscríbete a nuestro", "suscríbete a nuestra", "suscríbase a nuestro", "síguenos en", "síganos en", "únete a nuestro canal", "descarga nuestra app", "apoya nuestro", "assine nossa newsletter", "inscreva-se na nossa", "siga-nos no", "siga o nosso", "nos siga no",
	"iscriviti alla nostra newsletter", "iscriviti al nostro", "seguici su", "schrijf je in voor onze", "volg ons op", "prenumerera på vårt", "följ oss på", "følg oss på", "følg os på", "seuraa meitä",
	"zapisz się do naszego", "obserwuj nas", "śledź nas", "sledujte nás", "kövess minket", "urmăriți-ne", "abonați-vă la", "pratite nas",
	"підписуйтесь на наш", "підписуйтеся на наш", "підписуйся на наш", "підпишіться на наш", "читайте нас у", "читайте нас в", "стежте за нами", "підтримайте нас", "долучайтесь до нашого", "надсилайте нам",
	"подписывайтесь на наш", "подпишитесь на наш", "подписывайся на наш", "читайте нас в", "следите за нами", "поддержите нас", "присоединяйтесь к нашему", "скачайте наше приложение",
	"падпісвайцеся на наш", "последвайте ни", "пратите нас", "ακολουθήστε μας", "bizi takip edin", "تابعونا على", "اشترك في نشرتنا", "ikuti kami", "theo dõi chúng tôi",
}

// firstOn are the lines that say where a text appeared first: how they begin and what they say later.
var firstOn = [...][2]string{
	{"The post ", " appeared first on "}, {"The post ", " first appeared on "}, {"This post ", " appeared first on "},
	{"Der Beitrag ", " erschien zuerst auf "}, {"L'article ", " est apparu en premier sur "}, {"L’article ", " est apparu en premier sur "}, {"Cet article ", " est apparu en premier sur "}, {"La entrada ", " se publicó primero en "}, {"La entrada ", " apareció primero en "},
	{"L'articolo ", " proviene da "}, {"L’articolo ", " proviene da "}, {"O post ", " apareceu primeiro em "}, {"Het bericht ", " verscheen eerst op "}, {"Inlägget ", " dök först upp på "}, {"Artykuł ", " pochodzi z serwisu "},
	{"Запись ", " впервые появилась "}, {"Сообщение ", " появились сначала на "}, {"Запис ", " спершу з'явився на "}, {"Indlægget ", " blev først udgivet på "}, {"Innlegget ", " dukket først opp på "}, {"Artikkeli ", " julkaistiin ensimmäisen kerran "},
	{"投稿 ", " に最初に表示されました"}, {"Příspěvek ", " pochází z "}, {"Articolul ", " apare prima dată în "}, {"The post ", " appeared first at "},
}

// leadsByRune and callsByRune hold leadIns and calls by their first letter.
var leadsByRune = sync.OnceValue(func() map[rune][]string { return byFirst(leadIns) })
var callsByRune = sync.OnceValue(func() map[rune][]string { return byFirst(calls) })

func byFirst(list []string) map[rune][]string {
	m := map[rune][]string{}
	for _, s := range list {
		r, _ := utf8.DecodeRuneInString(s)
		m[r] = append(m[r], s)
	}
	return m
}

// maxPhrase is more than any phrase of the lists has, in bytes.
const maxPhrase = 96

// opening is the beginning of a text in lower case, from its first letter on, and how many bytes of the text stand before it.
func opening(text []byte) (low string, skipped int) {
	i := bytes.IndexFunc(text, unicode.IsLetter)
	if i < 0 {
		return "", 0
	}
	head := text[i:]
	if len(head) > maxPhrase {
		n := maxPhrase
		for n > 0 && !utf8.RuneStart(head[n]) {
			n--
		}
		head = head[:n]
	}
	return strings.ToLower(string(head)), i
}

// longest is the longest phrase that low begins with and that ends where a word ends.
func longest(phrases map[rune][]string, low string) string {
	first, _ := utf8.DecodeRuneInString(low)
	best := ""
	for _, p := range phrases[first] {
		if len(p) > len(best) && strings.HasPrefix(low, p) {
			if next, _ := utf8.DecodeRuneInString(low[len(p):]); !unicode.IsLetter(next) && !unicode.IsMark(next) {
				best = p
			}
		}
	}
	return best
}

// leadsAway reports whether a block of text is a line that leads away from the article. linked is how many bytes of it are
// in links. lone says that it is a lead-in and nothing else: what follows decides.
func leadsAway(text []byte, linked int) (away, lone bool) {
	if len(text) > maxLeadIn || linked == 0 && len(text) > maxPlainEnd {
		return false, false
	}
	for _, p := range firstOn {
		if bytes.HasPrefix(text, []byte(p[0])) && bytes.Contains(text, []byte(p[1])) {
			return true, false
		}
	}
	low, skipped := opening(text)
	if low == "" || skipped > 12 {
		return false, false
	}
	if call := longest(callsByRune(), low); call != "" {
		return linked > 0, false
	}
	lead := longest(leadsByRune(), low)
	if lead == "" {
		return false, false
	}
	rest := strings.TrimLeft(low[len(lead):], " \u00a0")
	colon := strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：")
	if strings.Trim(rest, " :：.…→»>)]}-–—!\u00a0") == "" && len(text) <= skipped+len(low) {
		return linked > 0 && !loneLeads[lead], true
	}
	outside := len(text) - len(lead) - linked
	switch {
	case colon && linked > 0:
		return outside <= maxAround, false
	case colon:
		return !loneLeads[lead] || lead == "related" || lead == "по теме", false
	case loneLeads[lead]:
		return false, false
	}
	return linked > 0 && outside <= maxLoose, false
}

// leadsOn reports whether a link's text only leads on to the rest.
func leadsOn(text []byte) bool {
	if len(text) == 0 || len(text) > maxPhrase {
		return false
	}
	return onwards[strings.ToLower(strings.Trim(string(text), " .…→»›>()[]:-–—↠►▶\u00a0"))]
}

// callsOut reports whether a link that leads on stands out from the sentence before it: by a capital letter, brackets or an
// arrow, or by a script that has no small letters.
func callsOut(text []byte) bool {
	s := strings.TrimSpace(string(text))
	r, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(r) {
		return true
	}
	return !unicode.IsLower(r) && (!unicode.IsUpper(r) || strings.Contains(s, " "))
}

// shares reports whether a link only hands the page on to another service, or counts who does.
func shares(href string) bool {
	_, rest, _ := strings.Cut(href, "://")
	host, where, _ := strings.Cut(rest, "/")
	host = strings.TrimPrefix(strings.TrimPrefix(host, "www."), "m.")
	prefixes, ok := sharers[host]
	if !ok {
		return strings.HasPrefix(where, "~ff/")
	}
	for p := range strings.FieldsSeq(prefixes) {
		if strings.HasPrefix(strings.ToLower(where), p) {
			return true
		}
	}
	return false
}

// sharers are the services that pages are handed on to, with the beginnings of the paths that do it.
var sharers = map[string]string{
	"facebook.com": "sharer share.php dialog/share dialog/feed", "twitter.com": "intent/tweet share home?status", "x.com": "intent/tweet intent/post share", "wa.me": "?text", "api.whatsapp.com": "send?text send/?text",
	"t.me": "share", "telegram.me": "share", "linkedin.com": "sharearticle sharing/ cws/share", "pinterest.com": "pin/create", "reddit.com": "submit", "vk.com": "share.php", "vkontakte.ru": "share.php",
	"connect.ok.ru": "offer dk", "tumblr.com": "share", "getpocket.com": "save edit", "plus.google.com": "share", "addtoany.com": "share add_to", "addthis.com": "bookmark", "news.ycombinator.com": "submitlink",
	"digg.com": "submit", "stumbleupon.com": "submit", "delicious.com": "post save", "b.hatena.ne.jp": "entry/ add", "social-plugins.line.me": "lineit", "line.me": "r/msg", "share.flipboard.com": "bookmarklet",
	"feeds.feedblitz.com": "_/", "feeds.wordpress.com": "1.0/", "bsky.app": "intent/", "mix.com": "add", "xing.com": "spi/ app/user", "printfriendly.com": "print", "instapaper.com": "hello2 edit",
	"feeds.feedburner.com": "~ff/",
}
