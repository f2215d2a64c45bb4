package docstest

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/internal/pages"
)

// TestDocsStandardSchema: the page lists the whole standard schema.
func TestDocsStandardSchema(t *testing.T) {
	const name = "standard.score"
	text, err := find(referencePage, "score", "file", name)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := leadscore.ParseSchema(name, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(leadscore.StandardSchema().Definitions(), schema.Definitions()); diff != "" {
		t.Errorf("the schema on the page is not the standard schema (-standard +page):\n%s", diff)
	}
}

// TestDocsOperators: the table of operators has exactly the operators of each type.
func TestDocsOperators(t *testing.T) {
	operands := map[string]string{
		"text": `"A"`, "choice": `"A"`, "choices": `"A"`, "number": "1", "bool": "true", "time": "2026-05-31", "date": "2026-05-31",
	}
	listed := map[string]map[string]bool{} // by type and operator
	for _, row := range table(t, "### Operators") {
		for _, typ := range strings.Split(strings.ReplaceAll(row[0], "`", ""), ", ") {
			if _, ok := operands[typ]; !ok {
				t.Errorf("the table has a type %q", typ)
				continue
			}
			if listed[typ] == nil {
				listed[typ] = map[string]bool{"is empty": true, "is not empty": true}
			}
			for _, op := range operatorsIn(row[1]) {
				listed[typ][op] = true
			}
		}
	}
	for typ, operand := range operands {
		declared := typ
		if strings.HasPrefix(typ, "choice") {
			declared += ` ("A")`
		}
		schema, err := leadscore.ParseSchema("s", "profile Lead { Field "+declared+" }", leadscore.StandardSchema())
		if err != nil {
			t.Fatal(err)
		}
		for op := range dsl.Ops() {
			is := operand
			switch op.Operands() {
			case dsl.NoOperand:
				is = ""
			case dsl.OneTimeSpan:
				is = "3 days"
			case dsl.OneMoment:
				is = "2026-05-31"
			case dsl.TwoValues:
				is = operand + " and " + operand
			case dsl.ValueList:
				is = "(" + operand + ")"
			}
			rule := fmt.Sprintf(`model "M" { target contact condition "C" { has Lead where Field %v %s score +1 } }`, op, is)
			_, err := leadscore.Compile("m", rule, schema)
			if ok := err == nil; ok != listed[typ][op.String()] {
				t.Errorf("%s %v: listed %t, accepted %t: %v", typ, op, listed[typ][op.String()], ok, err)
			}
		}
	}
}

// operatorsIn returns the operators in back quotes, without their operands.
func operatorsIn(cell string) []string {
	var list []string
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 0 {
			continue
		}
		for _, operand := range []string{" (…)", " A and B", " D and E", " D", " N", " SPAN", ` "A"`, " true", " false"} {
			part = strings.TrimSuffix(part, operand)
		}
		list = append(list, part)
	}
	return list
}

// TestDocsLengthsOfTime: the table of lengths of time has their limits.
func TestDocsLengthsOfTime(t *testing.T) {
	for _, row := range table(t, "### Lengths of time") {
		accepted := func(n int) bool {
			rule := fmt.Sprintf(`model "M" { target contact condition "C" { has EmailOpened within last %d %s score +1 } }`,
				n, strings.Trim(row[0], "`"))
			_, err := leadscore.Compile("m", rule, leadscore.StandardSchema())
			return err == nil
		}
		least, err := atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		most, err := atoi(row[2])
		if err != nil {
			t.Fatal(err)
		}
		if accepted(least-1) || !accepted(least) || !accepted(most) || accepted(most+1) {
			t.Errorf("%s do not go from %d to %d", row[0], least, most)
		}
	}
}

// TestDocsLimits: the table of limits has the defaults. A text at the limit is
// parsed, and one more is an error.
func TestDocsLimits(t *testing.T) {
	list := func(n int, each, between string) string {
		return strings.TrimSuffix(strings.Repeat(each+between, n), between)
	}
	condition := func(child string) string { return `condition "C" { ` + child + ` score +1 }` }
	model := func(clauses string) string { return `model "M" { target contact ` + clauses + ` }` }
	makers := map[string]func(n int) string{
		"bytes in one file":  func(n int) string { return strings.Repeat(" ", n) },
		"models in one file": func(n int) string { return list(n, model(""), "\n") },
		"tests in one file":  func(n int) string { return list(n, `test "T" { }`, "\n") },
		"assignments, lead creations and blocks `choose model` in one file": func(n int) string {
			return list(n, `lead creation "L" { }`, "\n")
		},
		"rules and other clauses of one of these": func(n int) string { return `choose model { ` + list(n, `by A.B`, "\n") + ` }` },
		"blocks of stages in one file":            func(n int) string { return list(n, `stages "S" { }`, "\n") },
		"stages and audiences in one block of stages": func(n int) string {
			return `stages "S" { ` + list(n, `stage "A"`, "\n") + ` }`
		},
		"clauses in one test":               func(n int) string { return `test "T" { ` + list(n, "Lead", "\n") + ` }` },
		"conditions in one model":           func(n int) string { return model(list(n, condition("has Lead"), "\n")) },
		"children in one condition":         func(n int) string { return model(condition(list(n, "has Lead", "\n"))) },
		"expressions in one child":          func(n int) string { return model(condition("has Lead where " + list(n, "A = 1", " and "))) },
		"values in one list or record":      func(n int) string { return model(condition("has Lead where A in (" + list(n, "1", ", ") + ")")) },
		"rows in one table":                 func(n int) string { return model(`table "T" by Lead.A { ` + list(n, "1 score 1", "\n") + ` }`) },
		"parts of one decision":             func(n int) string { return model("sales ready when " + list(n, "score > 1", " or ")) },
		"kinds of interaction in one child": func(n int) string { return model(condition("has " + list(n, "A", " or "))) },
		"names in one path":                 func(n int) string { return model(condition("has " + list(n, "A", "."))) },
		"names in one field reference":      func(n int) string { return model(condition("has Lead where " + list(n, "A", ".") + " = 1")) },
		"problems shown for one file":       func(n int) string { return model(list(n, `condition "C" { score +1 }`, "\n")) },
		"groups in one another":             func(n int) string { return model(strings.Repeat(`group "G" { `, n) + strings.Repeat(" }", n)) },
		"`any of` and `all of` in one another": func(n int) string {
			return model(condition(strings.Repeat("any of { ", n) + "has Lead" + strings.Repeat(" }", n)))
		},
		"parentheses in one another": func(n int) string {
			return model(condition("has Lead where " + strings.Repeat("(", n) + "A = 1" + strings.Repeat(")", n)))
		},
		"values for which names of lists stand in one file": func(n int) string {
			const each = 10_000
			rest := n % each
			uses := list(n/each, "Many score 1", "\n")
			lets := "let Many = (" + list(each, "1", ", ") + ")\n"
			if rest > 0 {
				uses, lets = uses+"\nFew score 1", lets+"let Few = ("+list(rest, "1", ", ")+")\n"
			}
			return lets + model(`table "T" by Lead.A { `+uses+` }`)
		},
	}
	rows := table(t, "### Limits")
	if len(rows) != len(makers) {
		t.Errorf("the table has %d limits, and this test knows %d", len(rows), len(makers))
	}
	for _, row := range rows {
		limit, err := atoi(row[1])
		if err != nil || makers[row[0]] == nil {
			t.Errorf("unknown limit %q", row)
			continue
		}
		exceeded := func(n int) bool {
			_, diags := dsl.Parse("m", makers[row[0]](n), dsl.Limits{})
			return slices.ContainsFunc(diags, func(d dsl.Diagnostic) bool { return d.Code == dsl.CodeLimit })
		}
		if exceeded(limit) || !exceeded(limit+1) {
			t.Errorf("%s: %d exceeds the limit: %t, one more: %t", row[0], limit, exceeded(limit), exceeded(limit+1))
		}
	}
}

// table returns the cells of the first table after a heading.
func table(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile(referencePage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("%s has no heading %q", referencePage, heading)
	}
	var rows [][]string
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|"):
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		case len(rows) > 0, strings.HasPrefix(line, "#"):
			return rows[2:] // without the head and its rule
		}
	}
	return rows
}

// atoi parses a number with thousands separators.
func atoi(s string) (int, error) { return strconv.Atoi(strings.ReplaceAll(s, ",", "")) }

// find returns the text of the block with an argument on a page.
func find(page, lang, arg, value string) (string, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return "", err
	}
	list, _ := pages.Blocks(page, string(text))
	for i := range list {
		if b := &list[i]; b.Lang == lang && b.Has(arg) && b.Args[arg] == value {
			return b.Text, nil
		}
	}
	return "", fmt.Errorf("%s has no %s block with %s=%s", page, lang, arg, value)
}
