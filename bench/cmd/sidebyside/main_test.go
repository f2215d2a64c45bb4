package main

import (
	"os"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/bench/internal/duckdb"
	"github.com/leadscore/leadscore/internal/clickhouse"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	o := options{runs: 1, leads: 30, seed: 1, rules: "7,20", threads: "1", dsn: os.Getenv(variable)}
	if err := run(t.Context(), &out, o); err != nil {
		t.Fatal(err)
	}
	_, missing := clickhouse.Program()
	want := map[string]int{
		"| leadscore |":                          4, // loading, the first time, and two models again
		"| DuckDB |":                             4,
		duckdb.Missing + ".\n":                   1,
		"PostgreSQL and ClickHouse are left out": 1,
		"scores computed by one SQL statement":   2,
		"| ClickHouse: leadscore":                2,
		"ClickHouse is left out":                 0,
	}
	if o.dsn != "" {
		want["PostgreSQL and ClickHouse are left out"] = 0
	} else {
		want["scores computed by one SQL statement"] = 0
		want["| ClickHouse: leadscore"] = 0
	}
	if o.dsn != "" && missing != nil {
		want["| ClickHouse: leadscore"], want["ClickHouse is left out"] = 0, 1
	}
	if duckdb.Missing != "" {
		want["| DuckDB |"] = 0
	} else {
		delete(want, ".\n")
	}
	for part, n := range want {
		if got := strings.Count(out.String(), part); got != n {
			t.Errorf("%q is there %d times, want %d:\n%s", part, got, n, &out)
		}
	}
	for _, bad := range []options{
		{leads: 1, rules: "20", threads: "1"},
		{runs: 1, rules: "20", threads: "1"},
		{runs: 1, leads: 1, rules: "21", threads: "1"},
		{runs: 1, leads: 1, rules: "20", threads: "0"},
		{runs: 1, leads: 1, rules: "20", threads: ""},
		{runs: 1, leads: 1, rules: "7", threads: "1", dsn: "host=/nowhere"},
	} {
		if err := run(t.Context(), &out, bad); err == nil {
			t.Errorf("no error for %+v", bad)
		}
	}
}
