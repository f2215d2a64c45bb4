package columns

// ids holds the ids of an entity by their numbers, which begin with 1, and finds the
// numbers. It holds no pointer for an id, and takes about 18 bytes beside its text.
type ids struct {
	places grid[place] // by number; noPlace for 0 and those that were removed
	texts  arena
	index  index
}

func newIDs() ids {
	d := ids{places: grid[place]{width: 1}, index: newIndex()}
	d.places.add(noPlace)
	return d
}

// len returns the number after the greatest one.
func (d *ids) len() int { return d.places.rows }

// text returns the id with a number, or "".
func (d *ids) text(k Key) string { return d.texts.text(*d.places.at(int(k))) }

// has reports whether there is an id with a number.
func (d *ids) has(k Key) bool { return *d.places.at(int(k)) != noPlace }

// find returns the number of an id, or 0, and its hash.
func (d *ids) find(id string) (Key, uint64) {
	hash := d.index.hash(id)
	return d.index.find(hash, func(k Key) bool { return d.text(k) == id }), hash
}

// hashOf returns the hash of the id with a number.
func (d *ids) hashOf(k Key) uint64 { return d.index.hash(d.text(k)) }

// add gives an id the next number. It must be new, and have the hash.
func (d *ids) add(id string, hash uint64) Key {
	k := Key(d.places.rows)
	d.places.add(noPlace)
	d.set(k, id, hash)
	return k
}

// set gives an id a number that no other has.
func (d *ids) set(k Key, id string, hash uint64) {
	*d.places.at(int(k)) = d.texts.add(id)
	d.index.add(hash, k)
}

// remove removes the id with a number.
func (d *ids) remove(k Key) {
	d.index.remove(d.hashOf(k), k)
	p := d.places.at(int(k))
	d.texts.remove(*p)
	*p = noPlace
	if page, ok := d.texts.takeSparse(); ok {
		d.texts.each(page, func(id string, p place) {
			if k, _ := d.find(id); *d.places.at(int(k)) == p { // otherwise it was removed
				*d.places.at(int(k)) = d.texts.add(id)
			}
		})
		d.texts.drop(page)
	}
}

// move gives an id another number, which no other has.
func (d *ids) move(from, to Key) {
	d.index.replace(d.hashOf(from), from, to)
	was := d.places.at(int(from))
	*d.places.at(int(to)), *was = *was, noPlace
}

// cut removes the numbers from some number on. None of them may have an id.
func (d *ids) cut(n int) { d.places.cut(n) }

// reset removes all ids, and keeps their memory for others.
func (d *ids) reset() {
	d.texts.reset()
	d.index.reset()
	d.places.reset()
	d.places.add(noPlace)
}
