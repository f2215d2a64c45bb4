package columnar

import "math/bits"

// mostRemembered is how many leads an order remembers at most: 64 KiB.
const mostRemembered = 1 << 14

// An order guesses in which row the next lead is: leads often come in the order of the
// store, or in the order in which they came before. A right guess saves looking the id up.
type order struct {
	last  int     // the row of the lead that came last, counted from 1; 0 before the first
	after []int32 // by last, modulo its length: the row that came next, counted from 1; or 0
}

// guess returns the row in which the next lead may be. There need not be such a row.
func (o *order) guess() int {
	if len(o.after) > 0 {
		if row := o.after[o.last&(len(o.after)-1)]; row != 0 {
			return int(row) - 1
		}
	}
	return o.last // the row after
}

// missed remembers that the next lead was in a row which is not the guess, of so many rows.
func (o *order) missed(row, rows int) {
	if n := min(1<<bits.Len(uint(rows)), mostRemembered); n > len(o.after) {
		o.after = make([]int32, n)
	}
	o.after[o.last&(len(o.after)-1)] = int32(row + 1)
}

// at sets the row of the lead that came last.
func (o *order) at(row int) { o.last = row + 1 }
