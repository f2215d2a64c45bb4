package tables

// A plan says which files to read, one after the other.
type plan struct {
	parts []part
	note  string // to add in the end, or ""
}

// A part is a file of a plan.
type part struct {
	file file
	form form
	sink func() sink // returns the sink for its records, or nil to skip it; called before it is read
	err  error       // why it cannot be read, or nil
}

// read reads a file of any kind except a JSON object.
func (r *reader) read(f file, form form, to sink) error {
	name := plainName(f.path)
	switch {
	case hasExt(name, ".ndjson"):
		return r.ndjson(f, form, to)
	case hasExt(name, ".json"):
		return r.jsonArray(f, form, to)
	}
	return r.csv(f, form, to)
}

// isCells reports whether a file has rows of cells.
func isCells(f file) bool {
	name := plainName(f.path)
	return !hasExt(name, ".ndjson") && !hasExt(name, ".json")
}
