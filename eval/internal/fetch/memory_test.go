package fetch

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/eval/internal/evaltest"
	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
)

// TestArena: pieces are zero and apart from each other, and what is kept is as
// much as a use needs, within bounds.
func TestArena(t *testing.T) {
	few, some := rapid.IntRange(0, 5), rapid.IntRange(0, 300)
	large := rapid.IntRange(MaxKept-5, MaxKept+5) // which take long to look through, so they are fewer
	rapid.Check(t, func(t *rapid.T) {
		var a arena[int]
		for range rapid.IntRange(1, 10).Draw(t, "batches") {
			mark, wanted, kept := 1, 0, len(a.kept)
			var pieces [][]int
			for range rapid.IntRange(0, 30).Draw(t, "pieces") {
				n := rapid.OneOf(few, few, few, few, some, some, some, some, some, large).Draw(t, "n")
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
			if len(a.kept) > MaxKept || len(a.kept) > max(kept, 2*wanted) || wanted <= MaxKept && len(a.kept) < wanted {
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

// TestMemoryStaysSmall: what one batch leaves to the next does not add up.
func TestMemoryStaysSmall(t *testing.T) {
	routes := plan.NewRoutes(evaltest.Models(t, evaltest.Model("M", "contact", "each EmailOpened score +1")))
	var b Batch
	load := func(source traverse.Source, ids ...string) {
		err := b.Load(t.Context(), routes, source, ids, time.Unix(0, 0), Options{MaxKeys: 1 << 20})
		if err != nil || len(b.Leads) != len(ids) || b.Leads[0].Failed != nil {
			t.Fatal(err, b.Leads)
		}
		b.Reset()
	}
	const least, most = 2000, 2100
	for n := least; n < most; n++ {
		load(&growing{n}, "l")
	}
	load(&growing{MaxKept + 1}, "l")
	many := make([]string, 5000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	load(&growing{1}, many...)
	load(&growing{1}, "l")
	m := &b.memory
	if n := len(m.records.kept); n > 1<<13 {
		t.Errorf("%d records are kept", n)
	}
	rows := 0
	for _, n := range m.sizes {
		rows += n
	}
	if rows > MaxKept {
		t.Errorf("%d rows are kept", rows)
	}
	if len(b.Groups) == 0 || len(m.answers) > 4 {
		t.Errorf("%d maps and %d answers are kept", len(b.Groups), len(m.answers))
	}
}
