package command

import (
	"strings"
	"testing"
)

// What CI asks for has a status of its own, so that it can be told from an error.
func TestStatusOfDifferences(t *testing.T) {
	for args, want := range map[string]int{
		"diff coffee.score new.version":                                             statusOK,
		"diff --exit-code coffee.score new.version":                                 statusDiffs,
		"diff --exit-code coffee.score coffee.score":                                statusOK,
		"diff --exit-code --format json coffee.score new.version":                   statusDiffs,
		"diff --exit-code --data data --as-of 2026-06-01 coffee.score coffee.score": statusOK,
		"diff --exit-code --data data --as-of 2026-06-01 coffee.score new.version":  statusDiffs,
		"diff --exit-code --data bad coffee.score new.version":                      statusWrong,
		"diff --exit-code coffee.score wrong.score":                                 statusWrong,
		"diff --exit-code coffee.score":                                             statusUsage,
		"diff --exit-code --data shoes --skip-bad --as-of 2026-06-01 old.sc now.sc": statusWrong, // a lead fails
		"fmt -l ugly.score":                      statusOK,
		"fmt -l --fail ugly.score coffee.score":  statusDiffs,
		"fmt --fail ugly.score":                  statusDiffs,
		"fmt --fail -d ugly.score":               statusDiffs,
		"fmt --fail -w ugly.score":               statusDiffs,
		"fmt --fail -l coffee.score":             statusOK,
		"fmt --fail -l -":                        statusDiffs,
		"fmt --fail -l ugly.score data/Lead.csv": statusWrong,
		"fmt --fail -l ugly.score none.score":    statusWrong,
	} {
		setUp(t)
		const model = "model \"M\" {\n    target contact\n    condition \"C\" {\n        has Lead\n        score +1\n    }\n}\n"
		write(t, "old.sc", "profile Lead {\n    Shoes text\n}\n"+model)
		write(t, "now.sc", "profile Lead {\n    Shoes number\n}\n"+model)
		write(t, "shoes/Lead.csv", "id,ParentContact,Shoes\na,ada,42\nb,ben,large\n")
		if out, errs, status := call(t, files["ugly.score"], strings.Fields(args)...); status != want {
			t.Errorf("%s: status %d, want %d\n%s%s", args, status, want, out, errs)
		}
	}
}
