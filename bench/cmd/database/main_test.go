package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out, options{runs: 1, leads: 30, batch: 10, seed: 1, databases: "SQLite", rules: "20"}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n| 20 | SQLite | "); n != 2 {
		t.Errorf("%d rows in\n%s", n, &out)
	}
	for _, bad := range []options{
		{leads: 1, batch: 1, databases: "SQLite", rules: "20"},
		{runs: 1, leads: 1, batch: 1, databases: "SQLite", rules: "21"},
		{runs: 1, leads: 1, batch: 1, databases: "Oracle", rules: "20"},
		{runs: 1, leads: 1, batch: 1, databases: "PostgreSQL", rules: "20"},
	} {
		if err := run(t.Context(), &out, bad); err == nil {
			t.Errorf("no error for %+v", bad)
		}
	}
}
