package parse

import (
	"strings"
	"testing"
)

// After gofeed, 5: every author, and nothing that is none.
func TestEveryAuthor(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Jo Roe":                              "Jo Roe",
		"By Jo Roe and Ann Poe":               "Jo Roe|Ann Poe",
		"BY JO ROE AND ANN POE":               "JO ROE|ANN POE",
		"By: Jo Roe":                          "Jo Roe",
		"Jo Roe, Ann Poe und Bo Low":          "Jo Roe|Ann Poe|Bo Low",
		"Jo Roe, Ann Poe, and Bo Low":         "Jo Roe|Ann Poe|Bo Low",
		"Jo Roe (Political editor)":           "Jo Roe",
		"Jo Roe (Kyiv) and Ann Poe (Odesa)":   "Jo Roe|Ann Poe",
		"Jo Roe in Kyiv":                      "Jo Roe",
		"Jo Roe in Kyiv and Ann Poe in Odesa": "Jo Roe|Ann Poe",
		"Jo Roe Environment editor":           "Jo Roe",
		"Jo Roe reporter":                     "Jo Roe",
		"Assistant editor":                    "Assistant editor",
		"Reuters in New York":                 "+Reuters",
		"Jo Roe; Ann Poe":                     "Jo Roe|Ann Poe",
		"Jo Roe / AFP":                        "Jo Roe+AFP",
		"Von Jan Roth, dpa":                   "Jan Roth+dpa",
		"Автор: Олена Кіт":                    "Олена Кіт",
		"Олена Кіт та Іван Лис":               "Олена Кіт|Іван Лис",
		"山田花子、鈴木一郎":                           "山田花子|鈴木一郎",
		"admin":                               "",
		"Administrator":                       "",
		"News and Features":                   "News and Features",
		"Roe, Jo":                             "Roe, Jo",
		"The Post in Odesa Region Desk Team":  "The Post in Odesa Region Desk Team",
		"jo@a.example (Jo Roe)":               "Jo Roe <jo@a.example>",
	} {
		people, agencies := byline(in)
		var names []string
		for _, p := range people {
			if p.Email != "" {
				p.Name += " <" + p.Email + ">"
			}
			names = append(names, p.Name)
		}
		got := strings.Join(names, "|")
		if len(agencies) > 0 {
			got += "+" + strings.Join(agencies, "+")
		}
		if got != want {
			t.Errorf("byline(%q) = %q, want %q", in, got, want)
		}
	}
}
