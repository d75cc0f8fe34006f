package parse

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// assemble makes a time of the parts.
func (d *dateReader) assemble(p *dateParts) (time.Time, bool) {
	if p.week {
		return d.weekDate(p)
	}
	if !p.order(d.dayFirst) {
		return time.Time{}, false
	}
	hour, ok := p.hours()
	if !ok || p.month < 1 || p.month > 12 || p.day < 1 || p.day > monthDays(p.year, p.month) || p.minute > 59 || p.sec > 60 {
		return time.Time{}, false
	}
	loc := d.loc
	if p.zoned {
		loc = time.FixedZone("", p.offset)
	}
	t := time.Date(p.year, time.Month(p.month), p.day, hour, p.minute, min(p.sec, 59), p.ns, loc)
	if p.zone != "" {
		// One abbreviation, several zones (IST, CST): where the source's own zone uses it, that one is meant.
		if own := time.Date(p.year, time.Month(p.month), p.day, hour, p.minute, min(p.sec, 59), p.ns, d.loc); zoneName(own) == p.zone {
			t = own
		}
	}
	return sensible(t.UTC())
}

func zoneName(t time.Time) string {
	name, _ := t.Zone()
	return name
}

// hours is the hour of the day in 24 hours; 24:00 is the end of the day.
func (p *dateParts) hours() (int, bool) {
	h := max(p.hour, 0)
	switch {
	case p.pm && h < 12:
		h += 12
	case p.am && h == 12:
		h = 0
	}
	return h, h < 24 || h == 24 && p.minute == 0 && p.sec == 0
}

// order finds out which number is the day, which the month and which the year.
func (p *dateParts) order(dayFirst bool) bool {
	nums := p.nums[:p.n]
	if p.year != 0 && p.month != 0 && p.day != 0 {
		return p.n == 0
	}
	take := func(i int) int {
		v := nums[i].value
		nums = slices.Delete(slices.Clone(nums), i, i+1)
		return v
	}
	if p.year == 0 {
		i := slices.IndexFunc(nums, func(n dateNumber) bool { return n.width == 4 || n.width == 3 && n.value > 366 })
		switch {
		case i >= 0:
			if i == 0 && len(nums) == 2 && nums[1].width == 3 && p.month == 0 { // 2026-123
				return p.ordinal(nums[0].value, nums[1].value)
			}
			if i == 0 && p.month == 0 {
				return p.yearFirst(nums)
			}
			p.year = take(i)
		case len(nums) == 0:
			return false
		case len(nums) >= 2 && p.month != 0, len(nums) == 3:
			p.year = fullYear(take(len(nums) - 1))
		default:
			return false
		}
	}
	switch {
	case p.month != 0 && len(nums) == 1:
		p.day = nums[0].value
	case p.month != 0 && len(nums) == 0 && p.day == 0:
		p.day = 1
	case p.month == 0 && len(nums) == 2:
		p.dayAndMonth(nums[0], nums[1], dayFirst)
	case p.month != 0 && p.day != 0 && len(nums) == 0:
	default:
		return false
	}
	return true
}

// yearFirst reads 2026-05-03, 2026/5/3, 2026-05 and 2026.
func (p *dateParts) yearFirst(nums []dateNumber) bool {
	p.year, p.month, p.day = nums[0].value, 1, 1
	switch len(nums) {
	case 1:
		return p.hour < 0
	case 2:
		p.month = nums[1].value
	case 3:
		p.month, p.day = nums[1].value, nums[2].value
		if p.month > 12 && p.day <= 12 {
			p.month, p.day = p.day, p.month
		}
	default:
		return false
	}
	return true
}

// dayAndMonth decides between 3/4 and 4/3: by size, by the source's habit, and by the mark between: only who writes a slash
// puts the month first.
func (p *dateParts) dayAndMonth(a, b dateNumber, dayFirst bool) {
	switch {
	case a.value > 12:
		p.day, p.month = a.value, b.value
	case b.value > 12:
		p.month, p.day = a.value, b.value
	case dayFirst || b.sep != '/':
		p.day, p.month = a.value, b.value
	default:
		p.month, p.day = a.value, b.value
	}
}

func (p *dateParts) ordinal(year, day int) bool {
	t := time.Date(year, 1, day, 0, 0, 0, 0, time.UTC)
	if day < 1 || t.Year() != year {
		return false
	}
	p.year, p.month, p.day = year, int(t.Month()), t.Day()
	return true
}

// weekDate reads 2026-W18-7 (ISO 8601).
func (d *dateReader) weekDate(p *dateParts) (time.Time, bool) {
	if p.n < 2 || p.nums[0].width != 4 || p.nums[1].value < 1 || p.nums[1].value > 53 {
		return time.Time{}, false
	}
	day := 1
	if p.n > 2 {
		day = p.nums[2].value
	}
	if day < 1 || day > 7 {
		return time.Time{}, false
	}
	// The fourth of January is always in the first week.
	jan4 := time.Date(p.nums[0].value, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (p.nums[1].value-1)*7+day-1)
	p.week, p.n = false, 0
	p.year, p.month, p.day = t.Year(), int(t.Month()), t.Day()
	return d.assemble(p)
}

// fullYear completes a year of two digits: 70 to 99 are of the last century.
func fullYear(y int) int {
	switch {
	case y >= 100:
		return y
	case y >= 70:
		return 1900 + y
	}
	return 2000 + y
}

func monthDays(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// smallWord reports whether a word of a date says nothing: days of the week, articles, "at", "o'clock".
func smallWord(low string) bool {
	_, ok := smallWords()[low]
	return ok
}

var smallWords = sync.OnceValue(func() map[string]struct{} {
	m := map[string]struct{}{}
	for word := range strings.FieldsSeq(weekdayTable + " " + fillerTable) {
		m[word] = struct{}{}
	}
	return m
})

// monthNumber is the month that a lower case word names, 0 for none.
func monthNumber(low string) int { return monthNames()[low] }

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
ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě června|červen|čvn července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj - prosince|prosinec|pro
januára február|februára marec apríl|apríla máj|mája jún|júna júl|júla augusta septembra októbra|október novembra decembra
január február|febr március|márc április|ápr május|máj június|jún július|júl augusztus szeptember|szept október november december
ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie|noi decembrie
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december|des|desember
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu
jaanuar veebruar|veebr märts aprill mai juuni juuli august september oktoober november detsember|dets
janvāris|janvārī februāris|februārī marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā jūlijs|jūlijā augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī
sausio|sausis vasario|vasaris kovo|kovas balandžio|balandis gegužės|gegužė birželio|birželis liepos|liepa rugpjūčio|rugpjūtis rugsėjo|rugsėjis spalio|spalis lapkričio|lapkritis gruodžio|gruodis
січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт|кві травня|травень|трав|тра червня|червень|черв|чер липня|липень|лип серпня|серпень|серп|сер вересня|вересень|вер жовтня|жовтень|жовт|жов листопада|листопад|лист|лис грудня|грудень|груд|гру
января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек
студзеня|студзень лютага|люты сакавіка|сакавік красавіка|красавік траўня|травень|май чэрвеня|чэрвень ліпеня|ліпень жніўня|жнівень верасня|верасень кастрычніка|кастрычнік лістапада|лістапад снежня|снежань
януари|яну февруари март април|апр май юни юли август септември|септ октомври|окт ноември|ноем декември
јануар|јан фебруар|феб март|мар април|апр мај јун јул август|авг септембар|сеп октобар|окт новембар|нов децембар|дец
siječnja|siječanj|sij veljače|veljača|velj ožujka|ožujak|ožu travnja|travanj|tra svibnja|svibanj|svi lipnja|lipanj srpnja|srpanj kolovoza|kolovoz|kol rujna|rujan|ruj listopada|listopad studenoga|studeni|stu prosinca|prosinac
januarja februarja marca aprila maja junija julija avgusta|avgust|avg septembra oktobra novembra decembra
ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ απριλίου|απρίλιος|απρ μαΐου|μάιος|μαϊ|μαι ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ αυγούστου|αύγουστος|αυγ σεπτεμβρίου|σεπτέμβριος|σεπ οκτωβρίου|οκτώβριος|οκτ νοεμβρίου|νοέμβριος|νοε δεκεμβρίου|δεκέμβριος|δεκ
ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas aralık|ara
januari februari maret|mar april mei juni juli agustus|agu september oktober|okt november|nop desember
gener|gen febrer|febr març abril maig juny juliol agost setembre octubre novembre desembre
يناير فبراير مارس أبريل|ابريل مايو يونيو يوليو أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر
ינואר|בינואר פברואר|בפברואר מרץ|במרץ אפריל|באפריל מאי|במאי יוני|ביוני יולי|ביולי אוגוסט|באוגוסט ספטמבר|בספטמבר אוקטובר|באוקטובר נובמבר|בנובמבר דצמבר|בדצמבר
`

// weekdayTable holds the days of the week. They are read over: where one contradicts the date, the date counts.
const weekdayTable = `
mon tue tues wed weds thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
lu ma mi ju vi sá lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié mie jue vie sáb sab dom
lunedì martedì mercoledì giovedì venerdì gio seg ter qua qui sex segunda terça quarta quinta sexta feira
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag woe don vri zat zon wo vr za zo
poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz ndz nd pn cz
pondělí úterý středa čtvrtek pátek neděle po út st čt pá so ne utorok streda štvrtok piatok nedeľa
hétfő kedd szerda csütörtök péntek szombat vasárnap luni marți miercuri joi vineri sâmbătă duminică
mån tis ons tors tor fre lör sön måndag tisdag onsdag torsdag fredag lördag söndag man tir lør søn mandag tirsdag lørdag søndag
ma ti ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
понеділок вівторок середа четвер п’ятниця пятниця субота неділя пн вт ср чт пт сб нд
понедельник вторник среда четверг пятница суббота воскресенье вс понедельника вторника среды четверга пятницы субботы воскресенья среду пятницу субботу
понеделник вторник сряда четвъртък петък събота неделя нед пон уто сре чет пет суб
δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή δευ τρι τετ πεμ παρ σαβ κυρ
pazartesi salı çarşamba perşembe cuma cumartesi pazar paz pzt çar per cum cmt
senin selasa rabu kamis jumat sabtu minggu
الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
`

const fillerTable = `
st nd rd th de del d di da do of the at on um uhr à a às as le la el il den der h hrs kl klo år г года год р року рік в о об у roku rok r ora ore godz hodin óra
il kell saat pukul hours hour o clock and und
`
