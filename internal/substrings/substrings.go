// Package substrings looks for many texts in another one at once, in time that does
// not depend on how many they are. It is the algorithm of Aho and Corasick, over
// bytes.
package substrings

import (
	"bytes"
	"slices"
)

// A Set is a set of texts to look for. It is immutable and safe for concurrent use.
//
// Its nodes are the beginnings of the texts, in order of their length; the root is
// node 0, the empty one. The children of a node, which are longer by one byte, lie
// side by side. A node takes 10 bytes, and a text has at most as many as it has bytes.
type Set struct {
	label []byte  // the last byte of a node
	first []int32 // the first child of a node; the last one is before that of the next node
	fail  []int32 // the longest node that the node ends with, apart from itself
	found []bool  // whether the node ends with one of the texts
	root  [256]int32
}

// New returns a set of texts. Those that begin with another one of them are never
// needed to find that one of them is there, and take no memory.
func New(texts []string) *Set {
	texts = slices.Compact(slices.Sorted(slices.Values(texts)))
	s := &Set{label: []byte{0}, fail: []int32{0}, found: []bool{len(texts) > 0 && texts[0] == ""}}
	// A node at some depth is a range of texts, all of which begin with it.
	type span struct{ from, to int }
	level, below := []span{{0, len(texts)}}, []span(nil)
	for depth := 0; len(level) > 0; depth++ {
		for _, at := range level {
			s.first = append(s.first, int32(len(s.label)))
			for from := at.from; from < at.to && !s.found[len(s.first)-1]; {
				b, to := texts[from][depth], from+1
				for to < at.to && texts[to][depth] == b {
					to++
				}
				s.label = append(s.label, b)
				s.found = append(s.found, len(texts[from]) == depth+1)
				below = append(below, span{from, to})
				from = to
			}
		}
		level, below = below, level[:0]
	}
	s.first = append(s.first, int32(len(s.label)))
	for child := s.first[0]; child < s.first[1]; child++ {
		s.root[s.label[child]] = child
	}
	s.link()
	return s
}

// link sets where the search goes on after a byte that no child has.
func (s *Set) link() {
	s.fail = append(s.fail, make([]int32, len(s.label)-1)...)
	for node := range int32(len(s.label)) {
		for child := s.first[node]; child < s.first[node+1]; child++ {
			if node != 0 {
				s.fail[child] = s.next(s.fail[node], s.label[child])
			}
			s.found[child] = s.found[child] || s.found[s.fail[child]]
		}
	}
}

// next returns the longest node that a text ends with that ended with node and goes
// on with b.
func (s *Set) next(node int32, b byte) int32 {
	for node != 0 {
		children := s.label[s.first[node]:s.first[node+1]]
		if i := bytes.IndexByte(children, b); i >= 0 {
			return s.first[node] + int32(i)
		}
		node = s.fail[node]
	}
	return s.root[b]
}

// In reports whether text contains one of the texts of s. It takes time in proportion
// to the length of text.
func (s *Set) In(text string) bool {
	if s.found[0] {
		return true
	}
	node := int32(0)
	for i := range len(text) {
		if node = s.next(node, text[i]); s.found[node] {
			return true
		}
	}
	return false
}
