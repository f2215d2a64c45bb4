package plan

// Reach adds the nodes to which the paths and references of a condition lead, and those
// before them.
func (c *Condition) Reach(nodes map[*Node]bool) {
	for i := range c.Children {
		ch := &c.Children[i]
		for j := range ch.Steps {
			reach(nodes, ch.Steps[j].Node)
			for k := range ch.Steps[j].Where {
				ch.Steps[j].Where[k].reach(nodes)
			}
		}
		if ch.Cap != nil {
			reach(nodes, ch.Cap.Hops...)
		}
	}
	for i := range c.Sames {
		for j := range c.Sames[i].Values {
			reach(nodes, c.Sames[i].Values[j].Hops...)
		}
	}
}

func (e *Expr) reach(nodes map[*Node]bool) {
	reach(nodes, e.Hops...)
	for i := range e.Terms {
		e.Terms[i].reach(nodes)
	}
}

func reach(nodes map[*Node]bool, list ...*Node) {
	for _, n := range list {
		for ; n != nil && !nodes[n]; n = n.Parent {
			nodes[n] = true
		}
	}
}
