package columns

import (
	"encoding/binary"
	"slices"
	"strings"
)

// An arena holds texts one after the other, in pages that are one object each for the
// garbage collector. What has been written never changes, so that texts are read
// without a copy, and stay valid whatever happens to the arena.
type arena struct {
	pages   []textPage
	open    strings.Builder // the page at the end of which texts are added
	current int             // its number
	next    int             // how many bytes the next page has at least
	free    []int           // the numbers of pages that hold nothing
	sparse  []int           // the numbers of pages, but for the open one, most of which is unused
}

// A textPage has for each text its length, as a uvarint, and its bytes. Texts begin at
// even offsets.
type textPage struct {
	text string
	dead int // bytes of texts that have been removed
}

// A place says where a text is: the number of its page, and half its offset there.
type place uint32

const (
	offsetBits = 14              // of a place
	pageBytes  = 2 << offsetBits // at most, unless there is but one text
	leastBytes = 1 << 8          // of the first page
	mostPages  = 1<<(32-offsetBits) - 1

	// noPlace is the place of no text.
	noPlace = place(mostPages << offsetBits)
)

// room reports whether so many more texts, of so many bytes in all, are sure to fit, with
// as much again as one record needs.
func (a *arena) room(texts, bytes int) bool {
	const spare = 1_000
	left := mostPages - len(a.pages) + len(a.free) - spare
	return (bytes+texts*(binary.MaxVarintLen64+1))/(pageBytes/2) < left // two pages in a row have more than one
}

// text returns the text at a place, or "" for noPlace.
func (a *arena) text(p place) string { return textAt(a.pages, p) }

// textAt returns the text at a place of pages.
func textAt(pages []textPage, p place) string {
	if p == noPlace {
		return ""
	}
	s := pages[p>>offsetBits].text[p<<(32-offsetBits)>>(31-offsetBits):]
	if n := s[0]; n < 0x80 {
		return s[1 : 1+n]
	}
	return longText(s)
}

// longText returns the text at the beginning of s, after its length.
func longText(s string) string {
	var head [binary.MaxVarintLen64]byte
	n, size := binary.Uvarint(head[:copy(head[:], s)])
	return s[size : size+int(n)]
}

// sizeOf returns how many bytes of a page a text takes.
func sizeOf(text string) int {
	var head [binary.MaxVarintLen64]byte
	size := binary.PutUvarint(head[:], uint64(len(text))) + len(text)
	return size + size&1
}

// add adds a text. There must be room.
func (a *arena) add(text string) place {
	size := sizeOf(text)
	if at := a.open.Len(); at+size > a.open.Cap() || at > 0 && at+size > pageBytes {
		a.turn(size)
	}
	at := a.open.Len()
	var head [binary.MaxVarintLen64]byte
	a.open.Write(binary.AppendUvarint(head[:0], uint64(len(text))))
	a.open.WriteString(text)
	if a.open.Len()&1 != 0 {
		a.open.WriteByte(0)
	}
	a.pages[a.current].text = a.open.String()
	return place(a.current<<offsetBits | at>>1)
}

// turn opens another page, for a text of so many bytes and more.
func (a *arena) turn(size int) {
	if len(a.pages) > 0 {
		switch page := &a.pages[a.current]; {
		case page.dead == len(page.text):
			a.drop(a.current)
		case page.isSparse():
			a.sparse = append(a.sparse, a.current)
		}
	}
	a.next = max(a.next, leastBytes)
	a.open.Reset() // its text stays as it is
	a.open.Grow(max(a.next, size))
	a.next = min(2*a.next, pageBytes)
	if n := len(a.free); n > 0 {
		a.current, a.free = a.free[n-1], a.free[:n-1]
	} else {
		a.current = len(a.pages)
		a.pages = append(a.pages, textPage{})
	}
}

// isSparse reports whether most of a page is unused.
func (p *textPage) isSparse() bool { return p.dead > len(p.text)/2 }

// remove removes the text at a place.
func (a *arena) remove(p place) {
	n := int(p >> offsetBits)
	page := &a.pages[n]
	was := page.isSparse()
	page.dead += sizeOf(a.text(p))
	if n != a.current && !was && page.isSparse() {
		a.sparse = append(a.sparse, n)
	}
}

// takeSparse returns the number of a page most of which is unused, so that its texts
// should be added again and the page dropped; or false if there is none.
func (a *arena) takeSparse() (page int, ok bool) {
	n := len(a.sparse)
	if n == 0 {
		return 0, false
	}
	page, a.sparse = a.sparse[n-1], a.sparse[:n-1]
	return page, true
}

// drop removes all texts of a page.
func (a *arena) drop(page int) {
	a.pages[page] = textPage{}
	a.free = append(a.free, page)
}

// each yields the texts of a page that have been added, and their places.
func (a *arena) each(page int, yield func(string, place)) {
	all := a.pages[page].text
	for at := 0; at < len(all); {
		p := place(page<<offsetBits | at>>1)
		text := a.text(p)
		yield(text, p)
		at += sizeOf(text)
	}
}

// list returns the pages as they are: what is in them now stays there.
func (a *arena) list() []textPage { return slices.Clone(a.pages) }

// reset removes all texts. As many may come next.
func (a *arena) reset() {
	if len(a.pages) <= 1 {
		a.next = min(2*a.open.Len(), pageBytes)
	}
	clear(a.pages)
	a.pages, a.free, a.sparse, a.current = a.pages[:0], a.free[:0], a.sparse[:0], 0
	a.open.Reset()
}
