package stream

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/leadscore/leadscore/traverse"
)

// A node is the document of a record: the record itself, and what refers to it. There is
// one for each id that occurs, whether or not there is a record of that id.
type node struct {
	seq    uint64           // of the change that wrote the record last; 0 = none did
	exists bool             // there is a record
	values []traverse.Value // of a record that some rule reads by its id: in the order of entity.fields
	refs   []string         // of a record: what its references name, in the order of entity.refs
	was    []was            // what its references named before, until no message about that can come again
	in     map[int]inward   // by edge: what refers to it, by id
}

// was is what a reference named before a change.
type was struct {
	seq uint64 // of the change that gave it another value
	ref int
	id  string
}

// inward is the records that refer to a node by one edge. An interaction that rules reach
// from there has its values with it.
type inward map[string]referrer

type referrer struct {
	seq    uint64 // of the change that wrote the record
	values []traverse.Value
}

const nodeVersion = 1

// encode returns the document of a node.
func (n *node) encode() []byte {
	flags := byte(0)
	if n.exists {
		flags = 1
	}
	b := append(make([]byte, 0, 256), nodeVersion, flags)
	b = binary.AppendUvarint(b, n.seq)
	b = appendValues(b, n.values)
	b = binary.AppendUvarint(b, uint64(len(n.refs)))
	for _, r := range n.refs {
		b = appendText(b, r)
	}
	b = binary.AppendUvarint(b, uint64(len(n.was)))
	for _, w := range n.was {
		b = binary.AppendUvarint(b, w.seq)
		b = binary.AppendUvarint(b, uint64(w.ref))
		b = appendText(b, w.id)
	}
	b = binary.AppendUvarint(b, uint64(len(n.in)))
	for _, edge := range slices.Sorted(maps.Keys(n.in)) {
		list := n.in[edge]
		b = binary.AppendUvarint(b, uint64(edge))
		b = binary.AppendUvarint(b, uint64(len(list)))
		for id, r := range list {
			b = appendText(b, id)
			b = binary.AppendUvarint(b, r.seq)
			b = appendValues(b, r.values)
		}
	}
	return b
}

// decodeNode reads a document that encode wrote; nil is the node of an id that has not
// occurred.
func decodeNode(data []byte) (*node, error) {
	n := &node{}
	if len(data) == 0 {
		return n, nil
	}
	d := decoder{b: data}
	if d.byte() != nodeVersion {
		return nil, errDocument
	}
	n.exists = d.byte() == 1
	n.seq = d.uint()
	n.values = d.values()
	if k := d.count(); k > 0 {
		n.refs = make([]string, k)
		for i := range n.refs {
			n.refs[i] = d.text()
		}
	}
	for range d.count() {
		n.was = append(n.was, was{d.uint(), int(d.uint()), d.text()})
	}
	for range d.count() {
		edge, k := int(d.uint()), d.count()
		list := make(inward, k)
		for range k {
			id := d.text()
			list[id] = referrer{d.uint(), d.values()}
		}
		if n.in == nil {
			n.in = map[int]inward{}
		}
		n.in[edge] = list
	}
	if d.bad || len(d.b) > 0 {
		return nil, errDocument
	}
	return n, nil
}

// put sets what a record that refers to n has there.
func (n *node) put(edge int, id string, r referrer) {
	if n.in == nil {
		n.in = map[int]inward{}
	}
	if n.in[edge] == nil {
		n.in[edge] = inward{}
	}
	n.in[edge][id] = r
}

// drop removes a record from those that refer to n.
func (n *node) drop(edge int, id string) {
	delete(n.in[edge], id)
	if len(n.in[edge]) == 0 {
		delete(n.in, edge)
	}
}

// empty reports whether nothing refers to n and there is no record.
func (n *node) empty() bool { return !n.exists && len(n.in) == 0 }
