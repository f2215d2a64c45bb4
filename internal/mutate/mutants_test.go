package main

import (
	"go/format"
	"slices"
	"testing"
)

const source = `package p

import "fmt"

const limit = 10

func f(a, b int, list ...string) (n int, err error) {
	for i := 0; i < a; i++ {
		if a == 1 && !(b > 2) {
			n += a + b
			continue
		}
	}
	switch {
	case b >= 3:
		fmt.Println(true)
	}
	return n, nil
}

func g() {}
`

func TestMutants(t *testing.T) {
	list, err := mutants("p.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range list {
		got = append(got, m.String())
		changed := m.apply([]byte(source))
		if _, err := format.Source(changed); err != nil {
			t.Errorf("%s: %v\n%s", m.String(), err, changed)
		}
		if string(changed) == source {
			t.Errorf("%s changes nothing", m.String())
		}
	}
	want := []string{
		"p.go:5: 10 becomes (10 + 1)",
		"p.go:7: f returns at once",
		"p.go:8: 0 becomes 1",
		"p.go:8: < becomes <= in i < a",
		"p.go:8: ++ becomes -- in i++",
		"p.go:9: negate a == 1 && !(b > 2)",
		"p.go:9: == becomes != in a == 1",
		"p.go:9: 1 becomes 0",
		"p.go:9: && becomes || in a == 1 && !(b > 2)",
		"p.go:9: !(b > 2) without its !",
		"p.go:9: > becomes >= in b > 2",
		"p.go:9: 2 becomes (2 + 1)",
		"p.go:10: drop n += a + b",
		"p.go:10: += becomes -= in n += a + b",
		"p.go:10: + becomes - in a + b",
		"p.go:11: drop continue",
		"p.go:15: negate b >= 3",
		"p.go:15: >= becomes > in b >= 3",
		"p.go:15: 3 becomes (3 + 1)",
		"p.go:16: drop fmt.Println(true)",
		"p.go:16: true becomes false",
		"p.go:21: g returns at once",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got, want := list[1].text, "\nreturn *new(int), *new(error)\n"; got != want {
		t.Errorf("f returns %q at once, want %q", got, want)
	}
}

// TestCollect: tests are not changed, and a package without mutants is an error.
func TestCollect(t *testing.T) {
	if _, err := collect([]string{"testdata"}); err == nil {
		t.Error("a package that does not exist has mutants")
	}
	list, err := collect([]string{"."})
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	for _, m := range list {
		if m.file == "mutants_test.go" {
			t.Fatal("a test is changed")
		}
	}
}
