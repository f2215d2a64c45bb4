package check

import "strings"

// HasLabel reports whether a lead can have a label: whether it is made of one grade of
// each dimension of the model's label. It returns false if the model has no label.
func (m *Model) HasLabel(label string) bool {
	return len(m.Label) > 0 && composed(label, m.labelGrades())
}

// Labels returns the labels that a lead can have, in the order of the grades: all of them,
// unless there are more than a thousand. It returns nil if the model has no label.
func (m *Model) Labels() []string {
	if len(m.Label) == 0 {
		return nil
	}
	return compositions(m.labelGrades())
}

func (m *Model) labelGrades() [][]string {
	var lists [][]string
	for _, d := range m.Label {
		lists = append(lists, gradesOf(d))
	}
	return lists
}

// composed reports whether a label is made of one grade of each list, in their order.
func composed(label string, lists [][]string) bool {
	ends := map[int]bool{0: true} // where the grades of the lists so far can end
	for _, list := range lists {
		next := map[int]bool{}
		for at := range ends {
			for _, grade := range list {
				if strings.HasPrefix(label[at:], grade) {
					next[at+len(grade)] = true
				}
			}
		}
		ends = next
	}
	return ends[len(label)]
}

// compositions returns labels that are made of one grade of each list, in their order:
// all of them, unless there are very many.
func compositions(lists [][]string) []string {
	const most = 1000
	labels := []string{""}
	for _, list := range lists {
		var longer []string
		for _, label := range labels {
			for _, grade := range list {
				if len(longer) < most {
					longer = append(longer, label+grade)
				}
			}
		}
		labels = longer
	}
	return labels
}
