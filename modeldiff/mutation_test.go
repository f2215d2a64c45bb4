package modeldiff_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/grades"
	"github.com/leadscore/leadscore/internal/conformance"
	"github.com/leadscore/leadscore/modeldiff"
	"github.com/leadscore/leadscore/traverse"
)

// rules are the files of a set, and the schema that they extend.
type rules struct {
	name  string
	base  *traverse.Schema
	files []leadscore.File
	of    *conformance.Case // or nil
}

func (r *rules) compile() (*leadscore.Set, error) { return leadscore.CompileSet(r.base, r.files) }

// allRules returns the rules of the conformance cases that compile, and layered.
func allRules(t *testing.T) []rules {
	cases, err := conformance.Read(os.DirFS("../testdata/conformance"))
	if err != nil {
		t.Fatal(err)
	}
	all := []rules{{"layered", leadscore.StandardSchema(), []leadscore.File{{Name: "m.score", Text: layered}}, nil}}
	for _, c := range cases {
		r := rules{name: c.Name, base: c.Base, of: c}
		for _, f := range c.Files {
			if tokens.MatchString(f.Text) {
				r.files = append(r.files, leadscore.File(f))
			}
		}
		if _, err := r.compile(); err == nil && len(r.files) > 0 {
			all = append(all, r)
		}
	}
	if len(all) < 200 {
		t.Fatalf("only %d rules compile", len(all))
	}
	return all
}

var (
	tokens    = regexp.MustCompile("//[^\n]*|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|\\d{4}-\\d{2}-\\d{2}(?:T[\\d:.]+(?:Z|[+-][\\d:]+)?)?|\\d+(?:\\.\\d+)?|\\pL[\\pL\\d_]*|[<>=!]+|\\S")
	exchanges = [][]string{ // words of which one may stand for another
		{"each", "has", "none", "any", "all"}, {"and", "or"}, {"up", "down"}, {"from", "until", "below"}, {"at"}, {"least", "most"},
		{"minutes", "hours", "days", "weeks", "months", "years"}, {"minute", "hour", "day", "week", "month", "year"}, {"<", "<=", ">", ">=", "=", "!="},
		{"contact", "account", "lead"}, {"is", "contains", "begins"}, {"before", "after"}, {"halving", "losing"}, {"group", "dimension"},
		{"EmailOpened", "EmailClicked", "WebsiteVisited", "EmailDelivered", "Interaction"}, {"true", "false"}, {"once", "up to 2", "up to 3"},
		{"Europe/Berlin", "UTC", "Asia/Kolkata"}, {"limit up", "limit from"}, {"word", ""}, {"not", ""}, {"in", "not in"}, {"+", "-"}, {"last", "next"},
	}
)

// mutated returns the text with one token other than it was, without it, or without its
// line.
func mutated(t *rapid.T, text string) string {
	all := tokens.FindAllStringIndex(text, -1)
	at := all[rapid.IntRange(0, len(all)-1).Draw(t, "token")]
	token := text[at[0]:at[1]]
	if rapid.IntRange(0, 7).Draw(t, "line") == 0 {
		before, after := text[:at[0]], text[at[1]:]
		return before[:strings.LastIndex(before, "\n")+1] + after[max(0, strings.Index(after, "\n")):]
	}
	var others []string
	for _, list := range exchanges {
		if slices.Contains(list, token) {
			others = append(others, list...)
		}
	}
	if n, err := strconv.Atoi(token); err == nil {
		others = append(others, fmt.Sprint(n+1), fmt.Sprint(n-1), fmt.Sprint(n*2), token+".5")
	}
	if _, err := time.Parse(time.DateOnly, token); err == nil {
		others = append(others, "2026-03-04", "2025-12-31", token+"T09:00:00Z")
	}
	if token[0] == '"' {
		others = append(others, `"other"`, `"Hot"`, token[:len(token)-1]+` x"`, token+`, "another"`)
	}
	others = append(others, "", token+" "+token)
	for range 2 { // another word of the text
		other := all[rapid.IntRange(0, len(all)-1).Draw(t, "other")]
		others = append(others, text[other[0]:other[1]])
	}
	return text[:at[0]] + rapid.SampledFrom(others).Draw(t, "in its place") + text[at[1]:]
}

// TestEveryDifferenceIsReported: a change of a token that changes the checked models is
// reported, and equal rules have no changes.
func TestEveryDifferenceIsReported(t *testing.T) {
	all := allRules(t)
	differ := 0
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(-len(all)/4, len(all)-1).Draw(t, "rules")
		r := all[max(i, 0)]
		older, err := r.compile()
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := r.compile(); len(modeldiff.Rules(older, again)) > 0 {
			t.Fatalf("%s: equal rules differ:\n%s", r.name, modeldiff.Rules(older, again))
		}
		f := rapid.IntRange(0, len(r.files)-1).Draw(t, "file")
		for range 20 {
			now := rules{r.name, r.base, slices.Clone(r.files), r.of}
			now.files[f].Text = mutated(t, r.files[f].Text)
			newer, err := now.compile()
			if err != nil {
				continue
			}
			before, after := meaning(older), meaning(newer)
			if before == after {
				continue
			}
			differ++
			if len(modeldiff.Rules(older, newer)) == 0 || len(modeldiff.Rules(newer, older)) == 0 {
				t.Fatalf("%s: nothing is reported of the change to\n%s\n%s\n%s", r.name, now.files[f].Text, before, after)
			}
		}
	})
	if differ == 0 {
		t.Error("no change of a token changed a model")
	}
}

// TestFormattingIsNoChange: rules in canonical form mean the same, and there is nothing to
// report of them.
func TestFormattingIsNoChange(t *testing.T) {
	all := allRules(t)
	rapid.Check(t, func(t *rapid.T) {
		r := all[rapid.IntRange(0, len(all)-1).Draw(t, "rules")]
		f := rapid.IntRange(0, len(r.files)-1).Draw(t, "file")
		for i := range 5 {
			now := rules{r.name, r.base, slices.Clone(r.files), r.of}
			if i > 0 {
				now.files[f].Text = mutated(t, r.files[f].Text)
			}
			older, err := now.compile()
			if err != nil {
				continue
			}
			before := now.files[f].Text
			if now.files[f].Text, err = dsl.Format("m.score", before); err != nil {
				t.Fatalf("%v\n%s", err, before)
			}
			newer, err := now.compile()
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, before, now.files[f].Text)
			}
			if changes := modeldiff.Rules(older, newer); len(changes) > 0 || meaning(older) != meaning(newer) {
				t.Fatalf("%s\n%s\n%s", changes, before, now.files[f].Text)
			}
		}
	})
}

// TestLeadChangesAddUp: what conditions and lines change adds up to the change of the
// score, and a lead is said to differ if its results do.
func TestLeadChangesAddUp(t *testing.T) {
	all := slices.DeleteFunc(allRules(t), func(r rules) bool { return r.of == nil || !r.of.Scores() })
	rapid.Check(t, func(t *rapid.T) {
		r := &all[rapid.IntRange(0, len(all)-1).Draw(t, "rules")]
		for range 5 {
			f := rapid.IntRange(0, len(r.files)-1).Draw(t, "file")
			if _, err := changesAddUp(t.Context(), r, f, mutated(t, r.files[f].Text)); err != nil {
				t.Fatal(err)
			}
		}
	})
	// Other points change grades and who is sales ready, whatever was drawn.
	added, listed := regexp.MustCompile(`( [-+])(\d+)`), 0
	for i := range all {
		for f := range all[i].files {
			n, err := changesAddUp(t.Context(), &all[i], f, added.ReplaceAllString(all[i].files[f].Text, "${1}1${2}"))
			if err != nil {
				t.Error(err)
			}
			listed += n
		}
	}
	if listed < 20 {
		t.Errorf("only %d changes of leads were listed", listed)
	}
}

// changesAddUp returns how many changes of leads are listed if a file of a case has
// another text: none if that does not compile. It returns an error if one does not add
// up, or if a lead changes that is not said to differ.
func changesAddUp(ctx context.Context, r *rules, file int, text string) (listed int, err error) {
	older, err := r.compile()
	if err != nil {
		return 0, err
	}
	data, err := r.of.Load(older.Schema())
	if err != nil {
		return 0, err
	}
	leads, err := r.of.Leads(ctx, data)
	if err != nil {
		return 0, err
	}
	now := rules{r.name, r.base, slices.Clone(r.files), r.of}
	now.files[file].Text = text
	newer, err := now.compile()
	if err != nil || !newer.Schema().Equal(older.Schema()) {
		return 0, nil
	}
	was, is := modeldiff.Version{Set: older, Data: data}, modeldiff.Version{Set: newer, Data: data}
	for l, err := range modeldiff.Leads(ctx, was, is, leadscore.IDs(leads...), leadscore.AsOf(r.of.AsOf)) {
		if err != nil {
			continue // a lead that the case shows to fail
		}
		if len(l.Changes) > 0 && !l.Differs {
			return listed, fmt.Errorf("%s: %s changes and does not differ", r.name, l.ID)
		}
		for _, c := range l.Changes {
			listed++
			if !addsUp(c) {
				return listed, fmt.Errorf("%s: this does not add up:\n%s\n%s", r.name, c, text)
			}
		}
	}
	return listed, nil
}

// meaning returns everything that the checked models of a set say, and its schema.
func meaning(s *leadscore.Set) string {
	var b strings.Builder
	if schema := s.Schema(); schema != nil {
		for _, d := range schema.Definitions() {
			fmt.Fprintf(&b, "%+v\n", d)
		}
	}
	for _, m := range s.Models() {
		write(&b, reflect.ValueOf(*m.Checked()))
		b.WriteString("\n")
	}
	return b.String()
}

// write writes a part of a checked model, without what it was checked from.
func write(b *strings.Builder, v reflect.Value) {
	switch x := v.Interface().(type) {
	case *traverse.Entity:
		if x != nil {
			b.WriteString(x.Name())
		}
		return
	case *time.Location:
		b.WriteString(x.String())
		return
	case grades.Scale:
		fmt.Fprint(b, slices.Collect(x.Bands()))
		return
	case grades.Threshold:
		fmt.Fprintf(b, "%+v", x)
		return
	case []check.Test, *traverse.Schema, dsl.Node:
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fmt.Fprintf(b, "%s", v.Elem().Type())
			write(b, v.Elem())
		}
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			write(b, v.Index(i))
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Struct:
		b.WriteString("{")
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "File" {
				b.WriteString(f.Name + ":")
				write(b, v.Field(i))
				b.WriteString(" ")
			}
		}
		b.WriteString("}")
	default:
		fmt.Fprintf(b, "%#v", v.Interface())
	}
}
