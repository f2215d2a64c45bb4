package columns

// ownedPages hold the interactions of owners, those of each in a block. A block that
// grows moves to the open page; a page most of which is unused is dropped.
type ownedPages struct {
	list   []ownedPage
	open   int   // the number of the page at the end of which blocks are added
	free   []int // the numbers of pages that were dropped
	sparse []int // the numbers of pages, but for the open one, most of which is unused
	live   int   // how many interactions the blocks have
}

// An ownedPage has blocks one after the other.
type ownedPage struct {
	times  []int64
	cells  []uint32
	owners []Key // of blocks that are or were here
	dead   int   // times that belong to no block
}

// A block is where the interactions of an owner are: the number of the page, and where
// they begin there. After them there is room for a few more. An owner without any has an
// empty block, which is the zero block.
type block struct {
	page, times, cells     uint32
	spareTimes, spareCells uint32
}

const (
	// mostInPage is how many interactions a page has at most, unless they are of one owner.
	mostInPage = 1 << 14
	// leastInPage is how many a page has room for at least.
	leastInPage = 1 << 6
)

// of returns the interactions from the beginning of a block to the end of its page.
func (p *ownedPages) of(b block) ([]int64, []uint32) {
	if int(b.page) >= len(p.list) {
		return nil, nil
	}
	page := &p.list[b.page]
	return page.times[b.times:], page.cells[b.cells:]
}

// fill makes pages for blocks by owner, given their sizes, and sets where they are.
func (p *ownedPages) fill(blocks []block, sizeOf func(Key) (times, cells int)) {
	*p = ownedPages{}
	var page ownedPage
	times, cells := 0, 0
	add := func() {
		page.times, page.cells = make([]int64, times), make([]uint32, cells)
		p.live += times
		p.list = append(p.list, page)
		page, times, cells = ownedPage{}, 0, 0
	}
	for owner := range blocks {
		n, width := sizeOf(Key(owner))
		if n == 0 {
			continue
		}
		if times > 0 && times+n > mostInPage {
			add()
		}
		blocks[owner] = block{page: uint32(len(p.list)), times: uint32(times), cells: uint32(cells)}
		times, cells = times+n, cells+width
		page.owners = append(page.owners, Key(owner))
	}
	add()
	p.open = len(p.list) - 1
}

// alloc returns a block of some size for an owner, with room for more.
func (p *ownedPages) alloc(owner Key, times, cells, moreTimes, moreCells int) block {
	if times+moreTimes == 0 {
		return block{}
	}
	room := min(max(p.live/4, leastInPage), mostInPage)
	if len(p.list) == 0 || len(p.list[p.open].times) > 0 && len(p.list[p.open].times)+times+moreTimes > room {
		p.turn()
	}
	p.live += times
	page := &p.list[p.open]
	b := block{uint32(p.open), uint32(len(page.times)), uint32(len(page.cells)), uint32(moreTimes), uint32(moreCells)}
	page.times = append(page.times, make([]int64, times+moreTimes)...)
	page.cells = append(page.cells, make([]uint32, cells+moreCells)...)
	page.owners = append(page.owners, owner)
	page.dead += moreTimes
	return b
}

// move copies a block of some size to the open page, with room for more.
func (p *ownedPages) move(from block, owner Key, times, cells, moreTimes, moreCells int) block {
	to := p.alloc(owner, times, cells, moreTimes, moreCells)
	oldTimes, oldCells := p.of(from)
	newTimes, newCells := p.of(to)
	copy(newTimes, oldTimes[:times])
	copy(newCells, oldCells[:cells])
	return to
}

// used is told that some of the room of a block is used from now on.
func (p *ownedPages) used(b *block, times, cells int) {
	b.spareTimes -= uint32(times)
	b.spareCells -= uint32(cells)
	p.list[b.page].dead -= times
	p.live += times
}

// turn opens another page.
func (p *ownedPages) turn() {
	if len(p.list) > 0 && p.list[p.open].isSparse() {
		p.sparse = append(p.sparse, p.open)
	}
	if n := len(p.free); n > 0 {
		p.open, p.free = p.free[n-1], p.free[:n-1]
		return
	}
	p.open = len(p.list)
	if p.open == cap(p.list) {
		p.list = append(p.list, ownedPage{})
		return
	}
	p.list = p.list[:p.open+1] // perhaps with the memory of before a reset
	page := &p.list[p.open]
	*page = ownedPage{times: page.times[:0], cells: page.cells[:0], owners: page.owners[:0]}
}

// isSparse reports whether most of a page is unused.
func (p *ownedPage) isSparse() bool { return p.dead > len(p.times)/2 }

// unused is told that so many times of a block are unused from now on.
func (p *ownedPages) unused(b block, times int) {
	if times == 0 {
		return
	}
	p.live -= times
	page := &p.list[b.page]
	was := page.isSparse()
	page.dead += times
	if int(b.page) != p.open && !was && page.isSparse() {
		p.sparse = append(p.sparse, int(b.page))
	}
}

// takeSparse returns the number of a page most of which is unused, so that its blocks
// should move and the page be dropped; or false if there is none.
func (p *ownedPages) takeSparse() (page int, ok bool) {
	n := len(p.sparse)
	if n == 0 {
		return 0, false
	}
	page, p.sparse = p.sparse[n-1], p.sparse[:n-1]
	return page, true
}

// drop drops a page.
func (p *ownedPages) drop(page int) {
	p.list[page] = ownedPage{}
	p.free = append(p.free, page)
}

// reset removes all blocks, and keeps their memory for others.
func (p *ownedPages) reset() {
	*p = ownedPages{list: p.list[:0], free: p.free[:0], sparse: p.sparse[:0]}
}
