package language

// Actions returns the changes that people may want in a part of a file: the fix of each
// problem there, and of all problems of the file that have one; what was most likely meant
// by a name that is wrong; a test of a model that has none; a name for a value.
func (s *Snapshot) Actions(name string, start, end int) []Action {
	f := s.file(name)
	if f == nil {
		return nil
	}
	list := s.fixes(f, start, end)
	if all, ok := s.fixAll(f); ok {
		list = append(list, all)
	}
	if a, ok := s.addTest(f, start, end); ok {
		list = append(list, a)
	}
	return append(list, s.extractions(f, start, end)...)
}
