package sqlstore

import "testing"

// The store is tested with databases in source/sqldb/dbtest.

func TestQuoted(t *testing.T) {
	for name, want := range map[string]string{"log": `"log"`, "crm.log": `"crm"."log"`, `a"; DROP TABLE b`: `"a""; DROP TABLE b"`} {
		if got := quoted(name); got != want {
			t.Errorf("quoted(%q) = %s, want %s", name, got, want)
		}
	}
}
