package rule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"deskwire"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Budgets of an expression. A rule that a person wrote has a few dozen nodes and holds a few lists.
const (
	maxNodes     = 500
	memoryBudget = 100_000
)

// scope is what an expression sees.
type scope struct {
	Article view `expr:"article"`
}

// view is an article as expressions see it.
type view struct {
	ID         string    `expr:"id"`
	Source     string    `expr:"source"`
	Title      string    `expr:"title"`
	Summary    string    `expr:"summary"`
	Link       string    `expr:"link"`
	Language   string    `expr:"language"`
	Authors    []string  `expr:"authors"`
	Agencies   []string  `expr:"agencies"`
	Categories []string  `expr:"categories"`
	Words      int       `expr:"words"`
	Minutes    int       `expr:"minutes"`
	Pictures   int       `expr:"pictures"`
	Revision   int       `expr:"revision"`
	Published  time.Time `expr:"published"`
	Body       string    `expr:"body"` // plain text
}

// expression is a compiled `when`.
type expression struct {
	program *vm.Program
	body    bool // it reads article.body
}

// compileWhen compiles an expression; offset is where in text it is wrong, in bytes.
func compileWhen(text string) (x *expression, offset int, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, 0, errors.New(`empty expression; an example is article.words > 150 && "politics" in article.categories`)
	}
	x = &expression{}
	program, err := expr.Compile(text, expr.Env(scope{}), expr.AsBool(), expr.MaxNodes(maxNodes), expr.Patch(bodyWatch{x}))
	if err != nil {
		if at, ok := errors.AsType[*file.Error](err); ok {
			return nil, byteOffset(text, at.From), errors.New(at.Message)
		}
		return nil, 0, err
	}
	x.program = program
	return x, 0, nil
}

// byteOffset turns an offset in characters into one in bytes.
func byteOffset(text string, runes int) int {
	for i := range text {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(text)
}

// bodyWatch notices that an expression reads the body, which costs a look into another table.
type bodyWatch struct{ x *expression }

func (w bodyWatch) Visit(node *ast.Node) {
	if m, ok := (*node).(*ast.MemberNode); ok {
		if s, ok := m.Property.(*ast.StringNode); ok && s.Value == "body" {
			w.x.body = true
		}
	}
}

// holds evaluates the expression. An error at run time is no match.
func (x *expression) holds(a *deskwire.Article, body string) (bool, error) {
	v := view{
		ID: string(a.ID), Source: a.Source, Title: a.Title, Summary: a.Summary, Link: a.Link, Language: a.Language, Agencies: a.Agencies,
		Categories: a.Categories, Words: a.Words, Minutes: a.MinutesToRead(), Revision: a.Revision, Published: a.Published, Body: body,
	}
	for _, p := range a.Authors {
		v.Authors = append(v.Authors, p.Name)
	}
	for i := range a.Media {
		if a.Media[i].Kind() == "image" {
			v.Pictures++
		}
	}
	machine := vm.VM{MemoryBudget: memoryBudget}
	out, err := machine.Run(x.program, scope{v})
	if err != nil {
		return false, fmt.Errorf("when: %s", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	yes, _ := out.(bool)
	return yes, nil
}
