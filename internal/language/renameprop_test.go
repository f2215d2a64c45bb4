package language

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/reference"
	"github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

// TestRenamedRulesScoreAlike draws rules and data, and gives things other names: fresh ones,
// keywords, those that others have, and texts with quotes. If the name is not refused, every
// score is the same, and the old name again gives the old text.
func TestRenamedRulesScoreAlike(t *testing.T) {
	renamed, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.IntRange(0, 1<<20).Draw(t, "seed")
		schema, _ := reference.DrawSchema(seed)
		c := reference.DrawCase(schema, rapid.SampledFrom(reference.Kinds()).Draw(t, "kind"), seed)
		source := memory.New(schema)
		for entity, records := range c.Data {
			for _, r := range records {
				record := memory.Record{}
				for name, v := range r.Values {
					record[name] = v
				}
				if err := source.Add(entity, r.ID, record); err != nil {
					t.Fatal(err)
				}
			}
		}
		s := New(nil, schema, []File{{"model.score", c.Rules}})
		var named []check.Occurrence
		for _, o := range s.info().Occurrences {
			if s.renamable(o) == nil {
				named = append(named, o)
			}
		}
		if len(named) == 0 {
			return
		}
		o := rapid.SampledFrom(named).Draw(t, "occurrence")
		to := rapid.OneOf(
			rapid.SampledFrom([]string{"Fresh", "score", "where", "each", "30 days", `say "so"`, "true", "of", "Lead", "model", "é", "a b"}),
			rapid.Map(rapid.SampledFrom(named), func(o check.Occurrence) string { return o.Object.Name }),
			rapid.StringN(1, 8, 40),
		).Draw(t, "name")
		after, err := renamedTo(s, o, to)
		if err != nil {
			refused++
			return
		}
		renamed++
		if was, is := scored(t, c, s, source, schema), scored(t, c, after, source, schema); was != is {
			t.Fatalf("after %s %s is called %s:\n%s\nnot\n%s\n%s", o.Object.Kind, o.Object.Name, to, is, was, after.Files()[0].Text)
		}
		for i, now := range after.info().Occurrences {
			if s.info().Occurrences[i] != o || isOddlyWritten(s, o.Object) {
				continue
			}
			before, err := renamedTo(after, now, o.Object.Name)
			if err != nil || before.Files()[0].Text != c.Rules {
				t.Fatalf("%s %s is called %s and back: %v", o.Object.Kind, o.Object.Name, to, err)
			}
		}
	})
	t.Logf("%d names, %d refused", renamed, refused)
}

// scored returns what rules give to all leads of a case, without names.
func scored(t *rapid.T, c reference.Case, s *Snapshot, source leadscore.Source, schema *traverse.Schema) string {
	var files []leadscore.File
	for _, f := range s.Files() {
		files = append(files, leadscore.File(f))
	}
	set, err := leadscore.CompileSet(schema, files)
	if err != nil {
		t.Fatal(err)
	}
	var leads []string
	for _, r := range c.Data[traverse.Lead] {
		leads = append(leads, r.ID)
	}
	var b strings.Builder
	for result, err := range set.ScoreAll(t.Context(), leadscore.IDs(leads...), source, leadscore.AsOf(c.AsOf.Truncate(time.Microsecond))) {
		fmt.Fprintf(&b, "%s %t", result.Lead, err != nil)
		for _, r := range result.Results {
			fmt.Fprintf(&b, " %v %d %t %t", r.Status, r.Score, r.SalesReady, r.Grade != "")
			for _, d := range r.Dimensions() {
				fmt.Fprintf(&b, " (%d %t)", d.Score, d.Grade != "")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
