package columns

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/traverse"
)

// TestIDs: after any sequence of adding, removing and renumbering, ids have the numbers
// that a map says, texts that were read stay as they were, and memory is for the ids
// that are left.
func TestIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newIDs()
		want := map[string]Key{}
		free := []Key{}
		lengths := rapid.SliceOfN(rapid.SampledFrom([]int{0, 3, 20, 127, 128, 200}), 4, 4).Draw(t, "lengths")
		if rapid.IntRange(0, 20).Draw(t, "long") == 0 {
			lengths[0] = 2 * pageBytes
		}
		next := 0
		type read struct{ text, is string }
		var reads []read
		for range rapid.IntRange(0, 30).Draw(t, "rounds") {
			n := rapid.IntRange(1, 150).Draw(t, "n")
			some := func() []string { // of those that are there
				all := slices.Sorted(maps.Keys(want))
				from := rapid.IntRange(0, len(all)).Draw(t, "from")
				return all[from:min(len(all), from+n)]
			}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				for range n {
					id := fmt.Sprint(next, strings.Repeat("x", lengths[next%len(lengths)]))
					next++
					k, hash := d.find(id)
					if k != 0 {
						t.Fatalf("%q has the number %d before it is added", id, k)
					}
					if at := len(free); at > 0 && next%2 == 0 {
						k, free = free[at-1], free[:at-1]
						d.set(k, id, hash)
					} else {
						k = d.add(id, hash)
					}
					want[id] = k
				}
			case 2, 3:
				for _, id := range some() {
					d.remove(want[id])
					free = append(free, want[id])
					delete(want, id)
				}
			default:
				for _, id := range some() {
					if at := len(free); at > 0 {
						d.move(want[id], free[at-1])
						want[id], free[at-1] = free[at-1], want[id]
					}
				}
			}
			for id, k := range want {
				if got, _ := d.find(id); got != k || d.text(k) != id || !d.has(k) {
					t.Fatalf("%q has the number %d, want %d, which is of %q", id, got, k, d.text(k))
				}
			}
			for _, k := range free {
				if d.has(k) || d.text(k) != "" {
					t.Fatalf("%d is of %q", k, d.text(k))
				}
			}
			for id, k := range want {
				if len(reads) < 1000 {
					reads = append(reads, read{d.text(k), strings.Clone(id)})
				}
			}
			if k, _ := d.find(fmt.Sprint(next)); k != 0 {
				t.Fatalf("an id that was not added has the number %d", k)
			}
		}
		for _, r := range reads {
			if r.text != r.is {
				t.Fatalf("a text has become %q, and was %q", r.text, r.is)
			}
		}
		all, live := 0, 0
		for i := range d.texts.pages {
			all += len(d.texts.pages[i].text)
		}
		for id := range want {
			live += sizeOf(id)
		}
		if most := 2*live + 3*pageBytes + 2*sizeOf(strings.Repeat("x", slices.Max(lengths))); all > most {
			t.Fatalf("%d bytes of pages for %d bytes of ids", all, live)
		}
	})
}

// TestGrid: rows stay as they are while a grid grows, is cut and is used again.
func TestGrid(t *testing.T) {
	const n = 3<<pageBits + 5
	g := grid[uint32]{width: 3}
	for round := range uint32(3) {
		for i := range uint32(n) {
			copy(g.grow(), []uint32{i, round, i * i})
		}
		cut := []int{n, 2 << pageBits, 7}[round]
		g.cut(cut)
		if g.rows != cut {
			t.Fatalf("%d rows", g.rows)
		}
		for i := range uint32(cut) {
			if got := g.row(int(i)); !slices.Equal(got, []uint32{i, round, i * i}) || len(got) != cap(got) {
				t.Fatalf("row %d is %d", i, got)
			}
		}
		if round == 1 {
			g.cut(0)
		} else {
			g.reset()
		}
		if row := g.grow(); !slices.Equal(row, []uint32{0, 0, 0}) {
			t.Fatalf("a new row is %d", row)
		}
		g.reset()
	}
}

// TestCodes: a value keeps its code while it is used and in the generation in which it
// was used last, no two values have the same, and those that nothing uses are forgotten.
func TestCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c codes
		d := newDict(&c)
		uses := map[string]int{}
		known := map[string]uint32{} // in this generation
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			text := fmt.Sprint("value ", rapid.IntRange(0, 12).Draw(t, "value"))
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				c.generation++
				c.idle = 0
				d.age()
				for text := range known {
					if uses[text] == 0 {
						delete(known, text)
					}
				}
			case 1, 2:
				d.forget(rapid.IntRange(1, 5).Draw(t, "most"))
			case 3, 4, 5:
				code := d.take(traverse.TextValue(text))
				if k, ok := known[text]; ok && k != code {
					t.Fatalf("%s had the code %d, and has %d", text, k, code)
				}
				known[text] = code
				uses[text]++
			default:
				if uses[text] > 0 {
					d.leave(known[text])
					uses[text]--
				}
			}
			of := map[uint32]string{}
			for text, code := range known {
				if other, ok := of[code]; ok || d.Value(code).Text() != text {
					t.Fatalf("%d is the code of %s and %s, and its value is %s", code, text, other, d.Value(code))
				}
				of[code] = text
			}
		}
		for range 2 {
			c.generation++
			d.age()
			d.forget(len(d.idle))
		}
		for text, n := range uses {
			if _, ok := d.texts[text]; ok != (n > 0) {
				t.Fatalf("%s is used %d times, and has a code: %t", text, n, ok)
			}
		}
		if c.old != 0 || d.old != 0 {
			t.Fatalf("%d and %d codes are left to be looked at", c.old, d.old)
		}
	})
}
