package dsl

// Walk calls f for n and for the nodes that n holds, in the order of the text:
// each node comes before those it holds. Where f returns false Walk leaves out
// what the node holds. Comments are not nodes of the tree: see File.Comments.
func Walk(n Node, f func(Node) bool) {
	if f(n) {
		children(n, func(child Node) { Walk(child, f) })
	}
}

// NodeAt returns the innermost node of f at an offset in bytes, the last one of
// [PathAt], or nil if the offset does not lie in the file.
func NodeAt(f *File, offset int) Node {
	path := PathAt(f, offset)
	if len(path) == 0 {
		return nil
	}
	return path[len(path)-1]
}

// PathAt returns the nodes of f at an offset in bytes, from f itself down to the
// innermost one. It returns nil if the offset does not lie in the file; the end
// of the file lies in it.
//
// A node is at the offsets from its start to its end, both included, as a cursor
// behind a word is at the word. Where one node ends and the next one starts the
// next one is taken. Between the nodes that a node holds, as in white space, in a
// keyword or in a comment, that node is the innermost one.
func PathAt(f *File, offset int) []Node {
	if offset < 0 || offset > f.End.Offset {
		return nil
	}
	path := []Node{f}
	for {
		var inner Node
		children(path[len(path)-1], func(child Node) {
			if at := child.At(); at.Start.Offset <= offset && offset <= at.End.Offset {
				inner = child
			}
		})
		if inner == nil {
			return path
		}
		path = append(path, inner)
	}
}

// children calls f for each node that n holds directly, in the order of the text.
func children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *File:
		all(f, n.Blocks)
	case *Model:
		some(f, n.Name)
		all(f, n.Clauses)
	case *Description:
		some(f, n.Text)
	case *TimeZone:
		some(f, n.Zone)
	case *SalesReady:
		some(f, n.Threshold)
	case *Grade:
		some(f, n.Name)
		some(f, n.Below, n.From, n.To)
	case *Condition:
		some(f, n.Name)
		some(f, n.Children...)
		some(f, n.Score)
	case *Score:
		some(f, n.Points)
	case *Child:
		some(f, n.Label)
		some(f, &n.Frequency)
		some(f, n.Path...)
		some(f, n.Range)
		all(f, n.Where)
	case *Frequency:
		some(f, n.Count)
	case *Range:
		some(f, n.Last)
		some(f, n.From, n.To)
	case *TimeSpan:
		some(f, n.Count)
	case *Comparison:
		some(f, n.Ref...)
		all(f, n.Operands)
	case *Entity:
		some(f, n.Name)
		all(f, n.Members)
	case *Field:
		some(f, n.Name)
		some(f, n.Values...)
	case *Relationship:
		some(f, n.Name, n.Target, n.Via)
	case *DatedBy:
		some(f, n.Field)
	case *BadMember:
		some(f, n.Name)
	case *Test:
		some(f, n.Name)
		all(f, n.Clauses)
	case *TestModel:
		some(f, n.Name)
	case *AsOf:
		some(f, n.Moment)
	case *Record:
		some(f, n.Count)
		some(f, n.Entity)
		some(f, n.ID)
		some(f, n.When)
		some(f, n.By)
		some(f, n.Fields...)
	case *When:
		some(f, n.Moment)
		some(f, n.Shift)
	case *Assignment:
		some(f, n.Field)
		all(f, n.Values)
		some(f, n.When)
	case *Expectation:
		some(f, n.Name)
		some(f, n.Number)
	}
}

// all calls f for each of nodes.
func all[N Node](f func(Node), nodes []N) {
	for _, n := range nodes {
		f(n)
	}
}

// some calls f for each of nodes that is not nil.
func some[T any, N interface {
	*T
	Node
}](f func(Node), nodes ...N) {
	for _, n := range nodes {
		if n != nil {
			f(n)
		}
	}
}
