package eval

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/traverse"
)

// TestArena: pieces are zero and apart from each other, and what is kept is as
// much as a use needs, within bounds.
func TestArena(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena[int]
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			mark, wanted, kept := 1, 0, len(a.kept)
			var pieces [][]int
			for range rapid.IntRange(0, 30).Draw(t, "pieces") {
				n := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, 300), rapid.IntRange(mostKept-5, mostKept+5)).Draw(t, "n")
				wanted += n
				piece := a.take(n)
				if len(piece) != n || cap(piece) != n {
					t.Fatalf("a piece of %d has %d elements, room for %d", n, len(piece), cap(piece))
				}
				for i := range piece {
					if piece[i] != 0 {
						t.Fatal("a piece has been used")
					}
					piece[i] = mark
				}
				pieces, mark = append(pieces, piece), mark+1
			}
			for i, piece := range pieces {
				for _, n := range piece {
					if n != i+1 {
						t.Fatal("two pieces overlap")
					}
				}
			}
			a.reset()
			if len(a.kept) > mostKept || len(a.kept) > max(kept, 2*wanted) || wanted <= mostKept && len(a.kept) < wanted {
				t.Fatalf("%d elements are kept after %d were wanted, and %d before", len(a.kept), wanted, kept)
			}
		}
	})
}

// growing is a source whose one lead has as many emails as it says.
type growing struct{ emails int }

func (g *growing) Fetch(_ context.Context, q *traverse.Query, out *traverse.Rows) error {
	for _, key := range q.Keys {
		switch {
		case q.Entity == "Lead":
			out.Add(key, key, traverse.TextValue("c"), traverse.Value{})
		case q.By == "Contact":
			for i := range g.emails {
				out.Add(key, fmt.Sprint(i), make([]traverse.Value, len(q.Fields))...)
			}
		}
	}
	return nil
}

// TestScratchStaysSmall: what one batch leaves to the next does not add up.
func TestScratchStaysSmall(t *testing.T) {
	tree, problems := dsl.Parse("m.score", `model "M" { target contact condition "1" { each EmailOpened score +1 } }`, dsl.Limits{})
	_, models, more := check.Files(traverse.Standard(), tree)
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	p := New(models)
	score := func(source traverse.Source, ids ...string) {
		var out Outcomes
		err := p.Run(t.Context(), source, ids, Options{AsOf: time.Unix(0, 0), Keys: 1 << 20}, &out)
		if err != nil || out.Errs[0] != nil {
			t.Fatal(err, out.Errs[0])
		}
	}
	const least, most = 2000, 2100
	for n := least; n < most; n++ {
		score(&growing{n}, "l")
	}
	score(&growing{mostKept + 1}, "l")
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	score(&growing{1}, many...)
	score(&growing{1}, "l")
	b, _ := p.batches.Get().(*batch)
	if b == nil {
		t.Skip("the pool is empty")
	}
	s := &b.scratch
	if n := len(s.records.kept); n > 1<<13 {
		t.Errorf("%d records are kept", n)
	}
	rows := 0
	for _, n := range s.sizes {
		rows += n
	}
	if rows > mostKept {
		t.Errorf("%d rows are kept", rows)
	}
	if len(b.data) == 0 || len(s.answers) > 4 {
		t.Errorf("%d maps and %d answers are kept", len(b.data), len(s.answers))
	}
}
