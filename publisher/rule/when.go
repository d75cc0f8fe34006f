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
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Budgets of an expression. A rule that a person wrote has a few dozen nodes and holds a few lists.
const (
	maxNodes     = 500
	memoryBudget = 100_000
	maxWhen      = 10_000 // bytes
)

// scope is what an expression sees.
type scope struct {
	Article view `expr:"article"`
}

// view is an article as expressions see it. docs/config.md lists the names.
type view struct {
	ID         string    `expr:"id"`
	Source     string    `expr:"source"`
	Title      string    `expr:"title"`
	Summary    string    `expr:"summary"`
	Link       string    `expr:"link"`
	Language   string    `expr:"language"`
	Authors    []string  `expr:"authors"` // names
	Agencies   []string  `expr:"agencies"`
	Categories []string  `expr:"categories"` // as the source wrote them, and in lower case
	Words      int       `expr:"words"`
	Minutes    int       `expr:"minutes"`  // to read
	Pictures   int       `expr:"pictures"` // how many
	Revision   int       `expr:"revision"`
	Published  time.Time `expr:"published"`
	Body       string    `expr:"body"` // plain text
}

// fields are the names that an article has in an expression.
func fields() []string {
	return []string{
		"id", "source", "title", "summary", "link", "language", "authors", "agencies", "categories", "words", "minutes", "pictures",
		"revision", "published", "body",
	}
}

// expression is a compiled `when`.
type expression struct {
	program *vm.Program
	body    bool // it reads article.body, which costs a look into another table
	lists   bool // it reads one of the lists that have to be made
}

// compileWhen compiles an expression; offset is where in text it is wrong, in bytes.
func compileWhen(text string) (x *expression, offset int, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, 0, errors.New(`empty expression; an example is article.words > 150 && "politics" in article.categories`)
	}
	if len(text) > maxWhen {
		return nil, maxWhen, errors.New("an expression has at most 10,000 bytes")
	}
	program, err := expr.Compile(text, expr.Env(scope{}), expr.AsBool(), expr.MaxNodes(maxNodes),
		// An answer that depends on the hour would be wrong an hour later: a story is filed once.
		expr.DisableBuiltin("now"))
	if err != nil {
		at, ok := errors.AsType[*file.Error](err)
		if !ok {
			return nil, 0, err
		}
		return nil, byteOffset(text, at.From), errors.New(kinder(at.Message))
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, 0, err
	}
	var u usage
	ast.Walk(&tree.Node, &u)
	x = &expression{program: program}
	all := u.bare > u.members
	x.body = all || u.fields["body"]
	x.lists = all || u.fields["categories"] || u.fields["authors"] || u.fields["pictures"]
	return x, 0, nil
}

// kinder is a message without the names of Go's types, with a suggestion for what was probably mistyped.
func kinder(message string) string {
	if name, ok := strings.CutPrefix(message, "type rule.view has no field "); ok {
		return "article has no " + name + closest(name, fields())
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		if name == "now" {
			return "now is not known here: a story is filed once, and the answer would be another one later; max_age limits a channel by age"
		}
		return message + closest(name, []string{"article", "len", "lower", "upper", "any", "all", "none", "filter", "count"})
	}
	if strings.Contains(message, "exceeds maximum allowed nodes") {
		return fmt.Sprintf("the expression has more than %d parts", maxNodes)
	}
	return message
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

// usage notices which fields of the article an expression reads.
type usage struct {
	bare, members int // how often article stands there, and how often with a field behind it
	fields        map[string]bool
}

func (u *usage) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value == "article" || n.Value == "$env" {
			u.bare++
		}
	case *ast.MemberNode:
		of, ok := n.Node.(*ast.IdentifierNode)
		name, constant := n.Property.(*ast.StringNode)
		if ok && constant && of.Value == "article" {
			u.members++
			if u.fields == nil {
				u.fields = map[string]bool{}
			}
			u.fields[name.Value] = true
		}
	}
}

// evaluate holds an expression against article a. An error at run time is no match.
func (r *reading) evaluate(x *expression, a int32) (bool, error) {
	art := &r.story.Articles[a]
	r.scope.Article = view{
		ID: string(art.ID), Source: art.Source, Title: art.Title, Summary: art.Summary, Link: art.Link, Language: art.Language,
		Agencies: art.Agencies, Words: art.Words, Minutes: art.MinutesToRead(), Revision: art.Revision, Published: art.Published,
	}
	if x.lists {
		r.scope.Article.addLists(art)
	}
	if x.body {
		r.scope.Article.Body = r.plainBody(a)
	}
	out, err := r.machine.Run(x.program, &r.scope)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return false, errors.New("when: " + message)
	}
	yes, _ := out.(bool)
	return yes, nil
}

func (v *view) addLists(a *deskwire.Article) {
	v.Authors, v.Categories, v.Pictures = nil, nil, 0
	for _, p := range a.Authors {
		v.Authors = append(v.Authors, p.Name)
	}
	for _, c := range a.Categories {
		v.Categories = append(v.Categories, c)
		if l := strings.ToLower(c); l != c {
			v.Categories = append(v.Categories, l)
		}
	}
	for i := range a.Media {
		if a.Media[i].Kind() == "image" {
			v.Pictures++
		}
	}
}
