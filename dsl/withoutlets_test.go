package dsl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/dsl"
)

// TestWithoutLets: a rule that names values is written as if the values stood there, and
// the rule itself stays as it is.
func TestWithoutLets(t *testing.T) {
	const names = `let FreeMail = ("@a.com", "@b.com")
let A = "@a.com"
let Recent = 90 days
let N = 25
let Minus = -5
let D = 2026-01-01
model "M" {
    target contact
    limit up to N
    active from D
    table "T" by Lead.Topic {
        FreeMail        score N
        contains any (A, "x") score Minus
    }
    condition "C" {
        has Lead.ParentContact where Email ends with any FreeMail
        at most N EmailOpened within last Recent up to N per EmailName
        score -N down to -N
    }
    sales ready when score in (N, 7) or score > Minus
}
`
	const values = `let FreeMail = ("@a.com", "@b.com")
let A = "@a.com"
let Recent = 90 days
let N = 25
let Minus = -5
let D = 2026-01-01
model "M" {
    target contact
    limit up to 25
    active from 2026-01-01
    table "T" by Lead.Topic {
        "@a.com", "@b.com" score +25
        contains any ("@a.com", "x") score -5
    }
    condition "C" {
        has Lead.ParentContact where Email ends with any ("@a.com", "@b.com")
        at most 25 EmailOpened within last 90 days up to 25 per EmailName
        score -25 down to -25
    }
    sales ready when score in (25, 7) or score > -5
}
`
	parse := func(text string) *dsl.File {
		file, problems := dsl.Parse("m.score", text, dsl.Limits{})
		if problems.Err() != nil {
			t.Fatal(problems)
		}
		return file
	}
	texts := func(f *dsl.File) []string {
		var list []string
		dsl.Walk(f, func(n dsl.Node) bool {
			if text, ok := n.(interface{ String() string }); ok {
				list = append(list, text.String())
			}
			return true
		})
		return list
	}
	file, want := parse(names), texts(parse(values))
	before := texts(file)
	last := len(file.Blocks) - 1
	got := texts(&dsl.File{Blocks: append(slices.Clone(file.Blocks[:last]), dsl.WithoutLets(file.Blocks[last]))})
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nin place of\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if after := texts(file); !slices.Equal(after, before) || slices.Equal(after, want) {
		t.Errorf("the tree itself is\n%s\nin place of\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
}
