package columns

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// perBucket is how many numbers a bucket has in the mean.
const perBucket = 64

// An index finds numbers by hashes, which are those of their ids. It is a linear hash
// table: one bucket is split whenever all are full, in turn, so that it never grows by
// much at once, and is always full.
type index struct {
	seed    maphash.Seed
	buckets []bucket
	level   uint // there are 1<<level buckets and those that were added when some were split
	split   int  // how many were
	n       int
}

// A bucket has numbers and, so that few of them are looked at, a byte of the hash of
// each.
type bucket struct {
	tags    []byte
	entries []entry
}

// An entry is a number and the lower half of its hash: an id is read only if this is
// right, and a bucket is split without reading ids.
type entry struct {
	hash uint32
	key  Key
}

func newIndex() index { return index{seed: maphash.MakeSeed(), buckets: make([]bucket, 1)} }

// hash returns the hash of an id.
func (x *index) hash(id string) uint64 { return maphash.String(x.seed, id) }

// bucket returns the bucket of a hash.
func (x *index) bucket(hash uint64) *bucket {
	at := hash & (1<<x.level - 1)
	if at < uint64(x.split) {
		at = hash & (2<<x.level - 1)
	}
	return &x.buckets[at]
}

// tagOf returns the byte of a hash that does not choose its bucket.
func tagOf(hash uint64) byte { return byte(hash >> 56) }

// find returns the number with a hash that is the right one, or 0.
func (x *index) find(hash uint64, right func(Key) bool) Key {
	b := x.bucket(hash)
	for at := 0; ; at++ {
		next := bytes.IndexByte(b.tags[at:], tagOf(hash))
		if next < 0 {
			return 0
		}
		at += next
		if e := b.entries[at]; e.hash == uint32(hash) && right(e.key) {
			return e.key
		}
	}
}

// add adds a number.
func (x *index) add(hash uint64, k Key) {
	x.bucket(hash).add(tagOf(hash), entry{uint32(hash), k})
	if x.n++; x.n > perBucket*len(x.buckets) {
		x.grow()
	}
}

// reserve makes an index without numbers one that splits no bucket before it has so many.
func (x *index) reserve(numbers int) {
	if x.n > 0 || numbers <= perBucket*len(x.buckets) {
		return
	}
	x.level, x.split = uint(bits.Len(uint((numbers-1)/perBucket))), 0
	x.buckets = make([]bucket, 1<<x.level)
}

// grow splits the next bucket. There are never so many that the lower half of a hash does
// not choose one.
func (x *index) grow() {
	old := x.buckets[x.split]
	room := len(old.entries)/2 + perBucket/8
	parts := [2]bucket{newBucket(room), newBucket(room)}
	for i, e := range old.entries {
		parts[e.hash>>x.level&1].add(old.tags[i], e)
	}
	x.buckets[x.split] = parts[0]
	x.buckets = append(x.buckets, parts[1])
	if x.split++; x.split == 1<<x.level {
		x.level, x.split = x.level+1, 0
	}
}

// remove removes a number.
func (x *index) remove(hash uint64, k Key) {
	b := x.bucket(hash)
	at, last := b.find(hash, k), len(b.entries)-1
	b.tags[at], b.entries[at] = b.tags[last], b.entries[last]
	b.tags, b.entries = b.tags[:last], b.entries[:last]
	if cap(b.entries) > 2*last+perBucket {
		b.move(last + perBucket/8)
	}
	x.n--
}

// replace replaces a number by another one of the same id.
func (x *index) replace(hash uint64, k, by Key) {
	b := x.bucket(hash)
	b.entries[b.find(hash, k)].key = by
}

// reset removes all numbers, and keeps their memory for others.
func (x *index) reset() {
	for i := range x.buckets {
		b := &x.buckets[i]
		b.tags, b.entries = b.tags[:0], b.entries[:0]
	}
	x.n = 0
}

func newBucket(room int) bucket { return bucket{make([]byte, 0, room), make([]entry, 0, room)} }

// add adds a number. Doubling the bucket would leave much of it unused.
func (b *bucket) add(tag byte, e entry) {
	if n := len(b.entries); n == cap(b.entries) {
		b.move(n + n/8 + perBucket/8)
	}
	b.tags, b.entries = append(b.tags, tag), append(b.entries, e)
}

// move gives the bucket room for so many numbers.
func (b *bucket) move(room int) {
	fresh := newBucket(room)
	*b = bucket{append(fresh.tags, b.tags...), append(fresh.entries, b.entries...)}
}

// find returns the index of a number, which must be there.
func (b *bucket) find(hash uint64, k Key) int {
	at := bytes.IndexByte(b.tags, tagOf(hash))
	for b.entries[at].key != k {
		at++
		at += bytes.IndexByte(b.tags[at:], tagOf(hash))
	}
	return at
}
