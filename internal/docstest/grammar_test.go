package docstest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// checkGrammar generates random texts from a grammar. The parser must accept them.
func checkGrammar(b *block) error {
	g := grammar{rules: map[string]func() string{}, random: rand.New(rand.NewPCG(1, 2))}
	samples := func(list ...string) func() string {
		return func() string { return list[g.random.IntN(len(list))] }
	}
	g.rules["name"] = samples("City", "Contact", "score", "Last", "`Parent contact`", "_x1")
	g.rules["text"] = samples(`"Chicago"`, `""`, `"a \"b\" \u00e9"`)
	g.rules["int"] = samples("7", "+7", "-20")
	g.rules["digits"] = samples("7", "366")
	g.rules["percent"] = samples("1%", "25%")
	news := 0
	g.rules["new"] = func() string { news++; return fmt.Sprint("New", news) }
	g.rules["number"] = samples("500", "-0.5", "+99.25")
	g.rules["moment"] = samples("2026-05-31", "2026-05-31T09:30", "2026-05-31T09:30:15.123Z", "2026-05-31T09:30-05:00")
	g.rules["unit"] = samples("minute", "hours", "days", "week", "months", "year")
	// Productions end with a dot; a dot in quotes does not end one.
	g.tokens = regexp.MustCompile(`"[^"]*"|[a-z]+|[^\s]`).FindAllString(b.Text, -1)
	first := ""
	for len(g.tokens) > 0 {
		name := g.next()
		if name[0] < 'a' || name[0] > 'z' || g.next() != "=" {
			return fmt.Errorf("a production begins with its name and =, not with %s", name)
		}
		if g.rules[name] != nil {
			return fmt.Errorf("there are two productions of %s", name)
		}
		if first == "" {
			first = name
		}
		g.rules[name] = g.alternatives()
		if g.next() != "." {
			return fmt.Errorf("the production of %s has no end", name)
		}
	}
	for _, used := range g.used {
		if g.rules[used] == nil {
			return fmt.Errorf("there is no production %s", used)
		}
	}
	for range 2_000 {
		text := g.rules[first]()
		if _, diags := dsl.Parse("grammar", text, dsl.Limits{}); len(diags) > 0 {
			return fmt.Errorf("the parser rejects a text of the grammar: %w", diags)
		}
	}
	return nil
}

// A grammar is a grammar that is being parsed. A rule returns a text.
type grammar struct {
	tokens []string
	used   []string
	rules  map[string]func() string
	random *rand.Rand
	depth  int // of the productions that are under way
}

// deep reports whether what is left shall be short: a production that contains itself
// has an end.
func (g *grammar) deep() bool { return g.depth > 10 }

func (g *grammar) next() string {
	if len(g.tokens) == 0 {
		return "the end"
	}
	t := g.tokens[0]
	g.tokens = g.tokens[1:]
	return t
}

func (g *grammar) alternatives() func() string {
	list := []func() string{g.sequence()}
	for len(g.tokens) > 0 && g.tokens[0] == "|" {
		g.next()
		list = append(list, g.sequence())
	}
	return func() string {
		if g.deep() {
			return list[0]()
		}
		return list[g.random.IntN(len(list))]()
	}
}

func (g *grammar) sequence() func() string {
	var list []func() string
	for len(g.tokens) > 0 && !slices.Contains([]string{"|", ".", "}", "]", ")"}, g.tokens[0]) {
		list = append(list, g.item())
	}
	return func() string {
		var parts []string
		for _, text := range list {
			parts = append(parts, text())
		}
		return strings.Join(parts, " ")
	}
}

func (g *grammar) item() func() string {
	t := g.next()
	repeat := func(most int) func() string {
		inner := g.alternatives()
		g.next() // the closing sign
		return func() string {
			var text strings.Builder
			if g.deep() {
				return ""
			}
			for range g.random.IntN(most + 1) {
				text.WriteString(inner() + " ")
			}
			return text.String()
		}
	}
	switch {
	case t == "{":
		return repeat(3)
	case t == "[":
		return repeat(1)
	case t == "(":
		inner := g.alternatives()
		g.next()
		return inner
	case t[0] == '"':
		return func() string { return strings.Trim(t, `"`) }
	}
	g.used = append(g.used, t)
	return func() string {
		g.depth++
		defer func() { g.depth-- }()
		return g.rules[t]()
	}
}
