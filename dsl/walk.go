package dsl

// Walk calls f for n and for the nodes below it, in the order of the text, each
// node before those below it. If f returns false, Walk skips the nodes below that
// one. Comments are not part of the tree; they are in File.Comments. What a name for a
// value stands for is visited where it is declared: where the name is used, there is
// nothing below the node that it stands for, and nothing for a whole list.
func Walk(n Node, f func(Node) bool) {
	if f(n) {
		children(n, func(child Node) { Walk(child, f) })
	}
}

// NodeAt returns the innermost node of f at an offset in bytes, which is the last
// node of [PathAt]. It returns nil if the offset is outside of the file.
func NodeAt(f *File, offset int) Node {
	path := PathAt(f, offset)
	if len(path) == 0 {
		return nil
	}
	return path[len(path)-1]
}

// PathAt returns the nodes of f at an offset in bytes, from f itself down to the
// innermost one. It returns nil if the offset is outside of the file; the end of
// the file is not.
//
// A node is at all offsets from its start to its end, both included, as a cursor
// directly after a word is at the word. Where one node ends and another one starts,
// PathAt takes the second. In white space, a keyword or a comment, the innermost
// node is the one around it.
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

// children calls f for each node directly below n, in the order of the text.
func children(n Node, f func(Node)) {
	if file, ok := n.(*File); ok {
		all(f, file.Blocks)
	}
	modelChildren(n, f)
	conditionChildren(n, f)
	blockChildren(n, f)
	leadsChildren(n, f)
	schemaChildren(n, f)
	testChildren(n, f)
}

// modelChildren is children for the nodes of a model.
func modelChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Model:
		some(f, n.Name)
		all(f, n.Clauses)
	case *Stages:
		some(f, n.Name)
		all(f, n.Clauses)
	case *Stage:
		some(f, n.Name)
		one(f, n.When)
		one(f, n.Until)
		some(f, n.Sticky)
		some(f, n.Then)
	case *Description:
		some(f, n.Text)
	case *TimeZone:
		some(f, n.Zone)
	case *SalesReady:
		some(f, n.Threshold)
		one(f, n.When)
	case *Judgment:
		if n.Subject == SubjectCondition {
			some(f, n.Of, n.Model)
		} else {
			some(f, n.Model, n.Of)
		}
		literals(f, n.List, n.Operands)
	case *Grade:
		some(f, n.Name)
		some(f, n.Below, n.From, n.To)
	case *TimeSpan:
		if n.Let == nil {
			some(f, n.Count)
		}
	}
}

// blockChildren is children for the blocks of a model but conditions, and for their
// clauses.
func blockChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Limit:
		some(f, n.From, n.To)
	case *Group:
		some(f, n.Name)
		all(f, n.Clauses)
	case *FirstOf:
		some(f, n.Name)
		some(f, n.Active)
		all(f, n.Tiers)
	case *Table:
		some(f, n.Name)
		some(f, n.Ref...)
		some(f, n.Number)
		some(f, n.Active)
		all(f, n.Rows)
	case *Row:
		some(f, n.Test)
		literals(f, n.List, n.Values)
		some(f, n.From, n.To, n.Below)
		some(f, n.Score)
	case *Dimension:
		some(f, n.Name)
		all(f, n.Clauses)
	case *Weight:
		some(f, n.Percent)
	case *OutOf:
		some(f, n.Number)
	case *Label:
		all(f, n.Dimensions)
	case *Audience:
		all(f, n.Items)
	case *Let:
		some(f, n.Name)
		one(f, n.Value)
	case *List:
		all(f, n.Values)
	}
}

// leadsChildren is children for the blocks about leads, whichever model scores them.
func leadsChildren(n Node, f func(Node)) {
	switch n := n.(type) {
	case *ChooseModel:
		all(f, n.Lines)
	case *ChooseBy:
		some(f, n.Ref...)
	case *LeadCreation:
		some(f, n.Name)
		all(f, n.Clauses)
	case *CreationFrom:
		some(f, n.Kinds...)
		all(f, n.Where)
	case *CreationPer:
		some(f, n.Ref)
	case *Assignment:
		some(f, n.Name)
		all(f, n.Clauses)
	case *AssignmentRule:
		some(f, n.Name)
		all(f, n.Items)
		one(f, n.When)
		some(f, n.Set)
	case *Otherwise:
		some(f, n.Set)
	case *SetValues:
		some(f, n.Values...)
	}
}

// schemaChildren is children for the nodes of a schema block.
func schemaChildren(n Node, f func(Node)) {
	switch n := n.(type) {
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
	}
}

// testChildren is children for the nodes of a test.
func testChildren(n Node, f func(Node)) {
	switch n := n.(type) {
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
	case *FieldValue:
		some(f, n.Field)
		literals(f, n.Let, n.Values)
		some(f, n.When)
	case *Expectation:
		some(f, n.Dimension)
		some(f, n.From)
		some(f, n.Name)
		some(f, n.Set)
		some(f, n.Stages, n.Assignment)
		some(f, n.Number)
	}
}

// literals calls f for each of the values, unless a name stands for all of them.
func literals(f func(Node), name *Let, values []Literal) {
	if name == nil {
		all(f, values)
	}
}

// one calls f for n unless it is nil.
func one[N Node](f func(Node), n N) {
	if Node(n) != nil {
		f(n)
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
