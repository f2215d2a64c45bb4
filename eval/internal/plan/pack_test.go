package plan

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPack checks that measures that belong together share a word if they fit.
func TestPack(t *testing.T) {
	for _, test := range []struct {
		name  string
		sizes []int
		want  [][]BitRange
		words int
	}{
		{"nothing", []int{0}, [][]BitRange{nil}, 0},
		{"a word that is full", []int{63}, [][]BitRange{{{0, 0, 0, 63}}}, 1},
		{"two that share a word", []int{60, 3}, [][]BitRange{{{0, 0, 0, 60}}, {{0, 60, 0, 3}}}, 1},
		{"one that does not fit", []int{60, 4}, [][]BitRange{{{0, 0, 0, 60}}, {{1, 0, 0, 4}}}, 2},
		{"more than a word", []int{1, 130}, [][]BitRange{{{0, 0, 0, 1}}, {{1, 0, 0, 63}, {2, 0, 63, 63}, {3, 0, 126, 4}}}, 4},
		{"after more than a word", []int{64, 62}, [][]BitRange{{{0, 0, 0, 63}, {1, 0, 63, 1}}, {{1, 1, 0, 62}}}, 2},
	} {
		var p Packer
		for i, n := range test.sizes {
			if got := p.Pack(n); !slices.Equal(got, test.want[i]) {
				t.Errorf("%s: %v, want %v", test.name, got, test.want[i])
			}
		}
		if p.Words() != test.words {
			t.Errorf("%s: %d words, want %d", test.name, p.Words(), test.words)
		}
	}
}

// TestPackProperty checks that FindBit finds a different bit for every measure.
func TestPackProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Packer
		used := map[int]uint64{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 200), 0, 20).Draw(t, "sizes") {
			ranges := p.Pack(n)
			for m := range n {
				at, bit := FindBit(ranges, m)
				r := ranges[at]
				switch {
				case bit == 0 || bit&(bit-1) != 0 || bit>>WordBits != 0:
					t.Fatalf("measure %d of %d has the bit %x", m, n, bit)
				case r.Mask()&bit == 0:
					t.Fatalf("the mask %x has no bit %x", r.Mask(), bit)
				case used[r.Word]&bit != 0:
					t.Fatalf("two measures have the bit %x of word %d", bit, r.Word)
				case r.Word >= p.Words():
					t.Fatalf("word %d of %d", r.Word, p.Words())
				}
				used[r.Word] |= bit
			}
			if n <= WordBits && len(ranges) > 1 {
				t.Fatalf("%d measures are in %d words", n, len(ranges))
			}
		}
	})
}
