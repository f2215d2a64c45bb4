package findings

import (
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
)

// caps reports caps that change nothing: where one occurrence decides, it does not
// matter how many count for each X.
func (f *finder) caps() {
	all := f.model.Conditions
	if f.model.Audience != nil {
		all = append(all[:len(all):len(all)], *f.model.Audience)
	}
	for i := range all {
		for k := range all[i].Children {
			if ch := &all[i].Children[k]; ch.Cap != nil {
				f.cap(ch)
			}
		}
	}
}

func (f *finder) cap(ch *check.Child) {
	why := ""
	switch kind := ch.Source.Frequency.Kind; {
	case kind == dsl.None:
		why = "under none it is the same whether one is there or several"
	case ch.Aging != nil && ch.Aging.Newest:
		why = "only the newest matters"
	case kind == dsl.AtLeast && ch.Min <= 1:
		why = "one is enough"
	default:
		return
	}
	f.warn(CodeIdleCap, ch.Source.Cap.Span, "this cap changes nothing: %s", why).Help = "drop it"
}
