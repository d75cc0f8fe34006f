package parse

import (
	"strings"
	"testing"
)

// After gofeed, 4: the caption and the credit are kept apart.
func TestCredits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, caption, credit string }{
		{"A street (Kin Cheung / Pool / AFP)", "A street", "Kin Cheung / Pool / AFP"},
		{"A street (AP Photo/Jane Roe)", "A street", "AP Photo/Jane Roe"},
		{"A street [Reuters]", "A street", "Reuters"},
		{"A street. Photo: Jane Roe", "A street.", "Jane Roe"},
		{"A street Photo: Jane Roe", "A street", "Jane Roe"},
		{"A harbour. Photo: Jane Roe/Reuters", "A harbour.", "Jane Roe/Reuters"},
		{"A harbour. PHOTO: JANE ROE", "A harbour.", "JANE ROE"},
		{"A harbour. Photo credit: Jane Roe", "A harbour.", "Jane Roe"},
		{"A harbour. Photograph by Jane Roe", "A harbour.", "Jane Roe"},
		{"A harbour. Jane Roe/Reuters", "A harbour.", "Jane Roe/Reuters"},
		{"A harbour in the morning. (Jane Roe)", "A harbour in the morning.", "Jane Roe"},
		{"A harbour in the morning. (Jan van der Meer)", "A harbour in the morning.", "Jan van der Meer"},
		{"A harbour | Jo Roe/dpa", "A harbour", "Jo Roe/dpa"},
		{"A harbour (Jo Roe/dpa) | Jo Roe/dpa", "A harbour", "Jo Roe/dpa"},
		{"A harbour | The port of call", "A harbour | The port of call", ""},
		{"The film is here: https://a.example/f Credit: “Who knows…", "The film is here: https://a.example/f Credit: “Who knows…", ""},
		{"A harbour | © dpa", "A harbour", "dpa"},
		{"Ein Hafen. Foto: picture alliance/dpa", "Ein Hafen.", "picture alliance/dpa"},
		{"Ein Hafen. Quelle: Jan Roth/dpa", "Ein Hafen.", "Jan Roth/dpa"},
		{"Ein Hafen © Jan Roth", "Ein Hafen", "Jan Roth"},
		{"Un port. Crédit : Jeanne Roux", "Un port.", "Jeanne Roux"},
		{"Un port. Crédit photo : Jeanne Roux / AFP", "Un port.", "Jeanne Roux / AFP"},
		{"Un puerto. Foto: Juana Ríos (EFE)", "Un puerto.", "Juana Ríos (EFE)"},
		{"Port. Fot. Jan Rój / PAP", "Port.", "Jan Rój / PAP"},
		{"Вулиця. Фото: Олена Кіт", "Вулиця.", "Олена Кіт"},
		{"朝の港＝写真：山田花子", "朝の港", "山田花子"},
		{"朝の港。写真=共同", "朝の港。", "共同"},
		{"항구의 아침. 사진=연합뉴스", "항구의 아침.", "연합뉴스"},
		{"© Jane Roe", "", "Jane Roe"},
		{"Photo: Jane Roe", "", "Jane Roe"},

		{"The mayor (left) and his wife", "The mayor (left) and his wife", ""},
		{"The old bridge (1930)", "The old bridge (1930)", ""},
		{"Prices (in euro)", "Prices (in euro)", ""},
		{"The queen (Jane Roe)", "The queen (Jane Roe)", ""},
		{"Photo: a man walks two dogs along the harbour wall in the rain", "Photo: a man walks two dogs along the harbour wall in the rain", ""},
		{"Two sources: the mayor and his deputy, who both asked to stay unnamed", "Two sources: the mayor and his deputy, who both asked to stay unnamed", ""},
		{"The bridge in an old photo: nobody knows who took it", "The bridge in an old photo: nobody knows who took it", ""},
		{"Opening hours: Monday to Friday", "Opening hours: Monday to Friday", ""},
		{"A sign reads: Mind the Gap", "A sign reads: Mind the Gap", ""},
		{"Dr. Jane Roe", "Dr. Jane Roe", ""},
		{"", "", ""},
	} {
		if caption, credit := splitCredit(c.in); caption != c.caption || credit != c.credit {
			t.Errorf("splitCredit(%q) = %q, %q, want %q, %q", c.in, caption, credit, c.caption, c.credit)
		}
	}
}

// After gofeed, 5: agencies named in datelines, openings, sign-offs and credits; nothing else is one.
func TestTextAgencies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"KYIV, May 3 (Reuters) - The council met.", "Reuters"},
		{"AFP - The council met.", "AFP"},
		{"London (AFP) – The council met.", "AFP"},
		{"The council met. (dpa)", "dpa"},
		{"LONDON (XYZ) - The council met.", "XYZ"},
		{"Riga, May 3 (XYZ) — The council met.", "XYZ"},
		{"NEW YORK, 3 May (ABCD) -- The council met.", "ABCD"},
		{"（共同）市議会が開かれた。", "Kyodo"},
		{"【AFP=時事】市議会が開かれた。", "AFP,Jiji"},
		{"(서울=연합뉴스) 시의회가 열렸다.", "Yonhap"},
		{"新华社北京5月3日电 市议会开会。", "Xinhua"},

		{"WORLD BAKERS UNION (WBU) - The council met.", ""},
		{"The council (of Riga) - it met.", ""},
		{"Ministry of Health (MOH) - The council met.", ""},
		{"The road (A40) - closed for weeks - is open.", ""},
		{"NATO - an alliance - met.", ""},
		{"Riga (Latvia) - The council met.", ""},
		{"The council met (again)", ""},
		{"", ""},
	} {
		if got := strings.Join(Agencies(c.in), ","); got != c.want {
			t.Errorf("Agencies(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	for _, c := range []struct{ in, want string }{
		{"Kin Cheung / Pool / AFP", "AFP"},
		{"Jane Roe / Pool / XYZ", "XYZ"},
		{"Jane Roe / POOL / Getty Images", "Getty Images"},
		{"Jane Roe / NASA", ""},
		{"Pool / XYZ", ""},
		{"AFP via Getty Images", "AFP"},
		{"Jo Roe/Agence France-Presse — Getty Images", "AFP,Getty Images"},
	} {
		if got := strings.Join(appendAgencies(nil, c.in), ","); got != c.want {
			t.Errorf("appendAgencies(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
