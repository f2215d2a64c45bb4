package columns

// pageBits says how many rows of a grid are in a page, as a power of 2.
const pageBits = 10

// A grid holds rows of width elements each. They are in pages, so that a grid grows
// without moving what it holds: only the first page grows, for grids of few rows.
type grid[T any] struct {
	width int
	rows  int
	pages [][]T
}

// row returns a row. The slice is valid until the first page grows.
func (g *grid[T]) row(i int) []T {
	at := i & (1<<pageBits - 1) * g.width
	return g.pages[i>>pageBits][at : at+g.width : at+g.width]
}

// at returns a row of a grid whose width is 1.
func (g *grid[T]) at(i int) *T { return &g.pages[i>>pageBits][i&(1<<pageBits-1)] }

// grow appends a row of zeros, and returns it.
func (g *grid[T]) grow() []T {
	if n := len(g.pages); n<<pageBits == g.rows {
		if n < cap(g.pages) {
			g.pages = g.pages[:n+1] // perhaps with a page of before a reset
		} else {
			g.pages = append(g.pages, nil)
		}
		page := &g.pages[n]
		if *page = (*page)[:0]; n > 0 && cap(*page) == 0 {
			*page = make([]T, 0, g.width<<pageBits)
		}
	}
	page := &g.pages[len(g.pages)-1]
	*page = append(*page, make([]T, g.width)...)
	g.rows++
	return g.row(g.rows - 1)
}

// add appends an element to a grid whose width is 1.
func (g *grid[T]) add(element T) { g.grow()[0] = element }

// cut leaves the first rows, and frees the memory of the pages without any.
func (g *grid[T]) cut(rows int) {
	pages := (rows + 1<<pageBits - 1) >> pageBits
	clear(g.pages[pages:])
	g.rows, g.pages = rows, g.pages[:pages:pages]
	if pages > 0 {
		page := &g.pages[pages-1]
		*page = (*page)[:(rows-(pages-1)<<pageBits)*g.width]
	}
}

// reset removes all rows, and keeps their memory for others.
func (g *grid[T]) reset() { g.rows, g.pages = 0, g.pages[:0] }
