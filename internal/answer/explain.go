package answer

import (
	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/whatif"
)

// Explanations calls write with the explanation of each result of a set, in the order of
// its models. The results must be explained. If whatIf is set, the explanations say what
// would make the lead sales ready. Errors are those of [whatif.SalesReady] and of write.
func Explanations(set *leadscore.Set, results []leadscore.Result, whatIf bool, write func(whatif.Answer) error) error {
	for i, m := range set.Models() {
		a := whatif.Answer{Result: results[i]}
		if whatIf {
			var err error
			if a, err = whatif.SalesReady(m, results[i]); err != nil {
				return err
			}
		}
		if err := write(a); err != nil {
			return err
		}
	}
	return nil
}
