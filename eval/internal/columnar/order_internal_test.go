package columnar

import "testing"

// TestOrder checks that leads that come in an order again are found without a look-up, and
// that more leads than are remembered, and unknown ones, only cost the guess.
func TestOrder(t *testing.T) {
	misses := func(o *order, rows int, leads []int) (n int) {
		for _, row := range leads {
			if o.guess() != row {
				o.missed(row, rows)
				n++
			}
			o.at(row)
		}
		return n
	}
	inOrder, some := make([]int, 100), []int{70, 3, -1, 12, 13, 14, 99, 0}
	for i := range inOrder {
		inOrder[i] = i
	}
	var o order
	if n := misses(&o, 100, inOrder); n != 0 {
		t.Errorf("in the order of the store: %d misses", n)
	}
	if n := misses(&o, 100, some); n != 6 {
		t.Errorf("in an order that is new: %d misses, want 6", n)
	}
	if misses(&o, 100, some); misses(&o, 100, some) > 1 { // the one after an unknown lead follows from nothing
		t.Errorf("in the same order again: %d misses", misses(&o, 100, some))
	}
	many := make([]int, 4*mostRemembered)
	for i := range many {
		many[i] = (i * 7919) % len(many)
	}
	misses(&o, len(many), many)
	if misses(&o, len(many), many[:100]); misses(&o, len(many), many[:100]) > 1 || len(o.after) != mostRemembered {
		t.Errorf("the first of many: %d misses, %d remembered", misses(&o, len(many), many[:100]), len(o.after))
	}
}
