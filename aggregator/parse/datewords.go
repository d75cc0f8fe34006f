package parse

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// word reads the word at s[i]: a month, a day of the week, half a day, a zone, or one of the small words of dates.
func (p *dateParts) word(s string, i int) int {
	n := wordLen(s[i:])
	if n == 0 {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) || strings.ContainsRune("º°،–—·，、", r) || invisible(r) {
			return size
		}
		return 0
	}
	word := s[i : i+n]
	switch {
	case (word == "T" || word == "t") && p.hour < 0:
		return n + p.hourAlone(s[i+n:])
	case (word == "W" || word == "w") && p.n == 1:
		p.week = true
		return n
	case n < len(s)-i && s[i+n] == '/' && p.hour >= 0:
		if m := p.zonePlace(s[i:]); m > 0 {
			return m
		}
	}
	low := strings.ToLower(wordMarks.Replace(word))
	if m := monthNumber(low, p.language); m > 0 && p.month == 0 {
		p.month, p.monthAt = m, p.n
		return n
	}
	if p.half(low) {
		return n
	}
	if p.hour >= 0 || p.zone != "" {
		if p.readZone(word) {
			return n
		}
	}
	if small, foreign := smallWord(low); small {
		p.foreign = p.foreign || foreign
		return n
	}
	if years, ok := eras[low]; ok {
		p.era = years
		return n
	}
	if p.hour < 0 && p.readZone(word) {
		return n
	}
	return 0
}

// wordLen is the length of the word that s begins with. What some languages write behind a number is a word of its own, and the
// points of an abbreviation belong to it in Thai.
func wordLen(s string) int {
	n, thai := 0, false
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch next, _ := utf8.DecodeRuneInString(s[n+size:]); {
		case r == '.' && thai && unicode.Is(unicode.Thai, next):
		case r == '\'' && n > 0 && s[n-1] >= utf8.RuneSelf && unicode.IsLetter(next): // п'ятниця
		case !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '’', r == 'º', n > 0 && strings.ContainsRune("年月日時时分秒년월일시분초", r):
			return n
		}
		thai = unicode.Is(unicode.Thai, r) || thai
		n += size
	}
	return n
}

// half reads the words for the halves of a day.
func (p *dateParts) half(low string) bool {
	switch low {
	case "am", "a", "上午", "오전", "午前", "πμ", "ص", "sáng":
		p.am = true
	case "pm", "p", "下午", "오후", "午後", "μμ", "م", "chiều":
		p.pm = true
	case "m": // of "p. m."
	default:
		return false
	}
	return true
}

// hourAlone reads the hour of 2026-05-03T14, which ISO 8601 allows, and returns its length.
func (p *dateParts) hourAlone(rest string) int {
	v, n := leadingNumber(rest)
	if n != 2 || p.n+p.named() < 3 || n < len(rest) && strings.IndexByte("Zz+- ", rest[n]) < 0 {
		return 0
	}
	p.hour = v
	return n
}

// wordMarks makes one spelling of an apostrophe, and none of the points inside an abbreviation.
var wordMarks = strings.NewReplacer(".", "", "'", "’", "ʼ", "’")

// eras are the years before the first of an era.
var eras = map[string]int{"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}

// smallWord reports whether a word of a date says nothing: days of the week, articles, "at", "o'clock"; and whether it is one
// that English does not have.
func smallWord(low string) (small, foreign bool) {
	foreign, small = smallWords()[low]
	return small, foreign
}

var smallWords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(weekdayTable + " " + fillerTable) {
		m[word] = true
	}
	for word := range strings.FieldsSeq(englishTable) {
		m[word] = false
	}
	return m
})

// monthNumber is the month that a lower case word names in a text of the given language, 0 for none.
func monthNumber(low, language string) int {
	if language == "hr" || language == "bs" || strings.HasPrefix(language, "hr-") || strings.HasPrefix(language, "bs-") {
		if m, ok := croatianMonths[low]; ok {
			return m
		}
	}
	return monthNames()[low]
}

// croatianMonths are those that Croatian calls as its neighbours call others.
var croatianMonths = map[string]int{"lip": 6, "srp": 7, "lis": 10, "listopad": 10, "listopada": 10}

var monthNames = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for line := range strings.Lines(monthTable) {
		month := 0
		for names := range strings.FieldsSeq(line) {
			month++
			for name := range strings.SplitSeq(names, "|") {
				if _, taken := m[name]; !taken {
					m[name] = month
				}
			}
		}
	}
	return m
})

// monthTable holds the months of one language in each line, spellings and cases of one month divided by bars. Where two
// languages use one word for two months the earlier line wins.
const monthTable = `
jan|january febr|feb|february mar|march apr|april may jun|june jul|july aug|august sep|sept|september oct|october nov|november dec|december
januar|jänner|jän feber|februar märz|maerz|mär|mrz april mai juni juli august september okt|oktober november dez|dezember
janvier|janv février|fevrier|févr|fév|fevr mars avril|avr mai juin juillet|juil août|aout septembre octobre novembre décembre|decembre|déc
enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|set octubre noviembre diciembre|dic
gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre|sett ottobre|ott novembre dicembre
janeiro fevereiro|fev março|marco abril maio junho julho agosto setembro outubro|out novembro dezembro
januari februari maart|mrt april mei juni juli augustus september oktober november december
stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz października|październik|paź listopada|listopad|lis grudnia|grudzień|gru
ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě června|červen|čvn července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj listopadu prosince|prosinec|pro
januára február|februára marec apríl|apríla máj|mája jún|júna júl|júla augusta septembra októbra|október novembra decembra
január február|febr március|márc április|ápr május|máj június|jún július|júl augusztus szeptember|szept október november december
ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie|noi decembrie
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december|des|desember
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu
jaanuar veebruar|veebr märts aprill mai juuni juuli august september oktoober november detsember|dets
janvāris|janvārī februāris|februārī marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā|jūn jūlijs|jūlijā|jūl augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī
sausio|sausis|saus vasario|vasaris|vas kovo|kovas|kov balandžio|balandis|bal gegužės|gegužė|geg birželio|birželis|birž liepos|liepa|liep rugpjūčio|rugpjūtis|rugp rugsėjo|rugsėjis|rugs spalio|spalis|spal lapkričio|lapkritis|lapkr gruodžio|gruodis|gruod
січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт|кві травня|травень|трав|тра червня|червень|черв|чер липня|липень|лип серпня|серпень|серп|сер вересня|вересень|вер жовтня|жовтень|жовт|жов листопада|листопад|лист|лис грудня|грудень|груд|гру
января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек
студзеня|студзень лютага|люты сакавіка|сакавік красавіка|красавік траўня|травень|май чэрвеня|чэрвень ліпеня|ліпень жніўня|жнівень верасня|верасень кастрычніка|кастрычнік лістапада|лістапад снежня|снежань
януари|яну|ян февруари|февр март април|апр май юни юли август септември|септ октомври|окт ноември|ноем декември
јануар|јан фебруар|феб март|мар април|апр мај јун јул август|авг септембар|сеп октобар|окт новембар|нов децембар|дец
siječnja|siječanj|sij veljače|veljača|velj ožujka|ožujak|ožu travnja|travanj|tra svibnja|svibanj|svi lipnja|lipanj srpnja|srpanj kolovoza|kolovoz|kol rujna|rujan|ruj listopada|listopad studenoga|studeni|stu prosinca|prosinac
januarja februarja marca aprila maja junija julija avgusta|avgust|avg septembra oktobra novembra decembra
ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ απριλίου|απρίλιος|απρ μαΐου|μαίου|μάιος|μαϊ|μαΐ|μαι|μάη ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ αυγούστου|αύγουστος|αυγ σεπτεμβρίου|σεπτέμβριος|σεπ οκτωβρίου|οκτώβριος|οκτ νοεμβρίου|νοέμβριος|νοε δεκεμβρίου|δεκέμβριος|δεκ
ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas aralık|ara
januari februari maret|mar april mei juni juli agustus|agu september oktober|okt november|nop desember
gener|gen febrer|febr març abril maig juny juliol agost|ag setembre octubre novembre desembre|des
يناير فبراير مارس أبريل|ابريل مايو يونيو يوليو أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر
ינואר|בינואר פברואר|בפברואר מרץ|במרץ אפריל|באפריל מאי|במאי יוני|ביוני יולי|ביולי אוגוסט|באוגוסט ספטמבר|בספטמבר אוקטובר|באוקטובר נובמבר|בנובמבר דצמבר|בדצמבר
januar februar mart april maj jun jul avgust septembar oktobar novembar decembar
јануари февруари март април мај јуни јули август септември октомври ноември декември
janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember
janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor
yanvar fevral mart aprel may iyun iyul avqust|avgust sentyabr|sentabr oktyabr|oktabr noyabr dekabr
қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
იანვარი|იანვარს თებერვალი|თებერვალს მარტი|მარტს აპრილი|აპრილს მაისი|მაისს ივნისი|ივნისს ივლისი|ივლისს აგვისტო|აგვისტოს სექტემბერი|სექტემბერს ოქტომბერი|ოქტომბერს ნოემბერი|ნოემბერს დეკემბერი|დეკემბერს
հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի
januari februari mac april mei jun julai ogos september oktober november disember|dis
enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba
มกราคม|มค กุมภาพันธ์|กพ มีนาคม|มีค เมษายน|เมย พฤษภาคม|พค มิถุนายน|มิย กรกฎาคม|กค สิงหาคม|สค กันยายน|กย ตุลาคม|ตค พฤศจิกายน|พย ธันวาคม|ธค
ژانویه فوریه مارس آوریل مه|می ژوئن ژوئیه|جولای اوت|آگوست سپتامبر اکتبر نوامبر دسامبر
- شباط آذار نيسان أيار|ايار حزيران تموز آب أيلول|ايلول - - -
جانفي فيفري - أفريل|افريل ماي جوان جويلية أوت|اوت - - - -
जनवरी फरवरी|फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर
জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
`

// weekdayTable holds the days of the week. They are read over: where one contradicts the date, the date counts.
const weekdayTable = `
mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag son mit don fre
lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
lu ma mi ju vi sá lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié mie jue vie sáb sab dom
lunedì martedì mercoledì giovedì venerdì gio seg ter qua qui sex segunda terça quarta quinta sexta feira
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag woe don vri zat zon wo vr za zo
poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz ndz nd pn cz
pondělí úterý středa čtvrtek pátek neděle po út st čt pá so ne utorok streda štvrtok piatok nedeľa
hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi vineri sâmbătă duminică
mån tis ons tors tor fre lör sön måndag tisdag onsdag torsdag fredag lördag söndag man tir lør søn mandag tirsdag lørdag søndag
ma ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
понеділка вівторка середу четверга п’ятницю неділю пон вів сер чет пят суб
понеділок вівторок середа четвер п’ятниця пятниця субота неділя пн вт ср чт пт сб нд
понедельник вторник среда четверг пятница суббота воскресенье вс понедельника вторника среды четверга пятницы субботы воскресенья среду пятницу субботу пнд втр срд чтв птн сбт вск
понеделник вторник сряда четвъртък петък събота неделя нед пон уто сре чет пет суб
δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρι τετ πεμ παρ σαβ κυρ
pazartesi salı çarşamba perşembe cuma cumartesi pazar paz pzt çar per cum cmt
senin selasa rabu kamis jumat sabtu minggu
الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد الإثنين يوم
ראשון שני שלישי רביעי חמישי שישי שבת יום
nedjelja pon uto sri čet pet sub ned ponedjeljak utorak srijeda četvrtak petak subota nedelja ponedeljak sreda četrtek torek sobota
isnin khamis jumaat ahad thứ chủ nhật hai ba tư sáu bảy
วันอาทิตย์ วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ อาทิตย์ จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อา จ อ พ พฤ ศ ส
日 月 火 水 木 金 土 日曜 月曜 火曜 水曜 木曜 金曜 土曜 星期 星期一 星期二 星期三 星期四 星期五 星期六 星期天 周 周一 周二 周三 周四 周五 周六 週 週一 週二 週三 週四 週五 週六
일 월 화 수 목 금 토 일요 월요 화요 수요 목요 금요 토요 요
`

const fillerTable = `
er º ª de del d di da do du um uhr à a às as le la il el il den der die h hrs kl klo år г года год р року рік в о об у roku rok r ora ore godz hodin óra
il kell saat pukul o und alle om uur u v ve ob la lúc giờ ngày tháng năm gada gads gads στις ώρα م ه
jam wita น เวลา วันที่ พศ publié publicado veröffentlicht
`

// englishTable is the days and the small words of English, the one language here that writes 5/3 for the third of May.
const englishTable = `
mon tue tues wed weds thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
st nd rd th of the at on a am pm hour hours clock and date published posted updated
`
