package columnar

import (
	"slices"
	"testing"

	"github.com/leadscore/leadscore/eval/internal/plan"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// expr returns an expression about a field of Contact that holds for a text, for
// the measure with a bit. asked counts how often it is asked.
func expr(bit uint64, field, want string, asked *int) columnExpr {
	f, _ := traverse.Standard().Entity(traverse.Contact).Field(field)
	return columnExpr{bit, &plan.ColumnExpr{Field: f, Holds: func(_ []plan.Bound, v traverse.Value) bool {
		*asked++
		return v.Text() == want
	}}}
}

func contacts() *columns.Table { return columns.New(traverse.Standard()).Table(traverse.Contact) }

// TestCache checks that each value is evaluated once for all measures, and that it
// satisfies the measures without an expression about the column.
func TestCache(t *testing.T) {
	asked := 0
	table := contacts()
	caches, ok := cachesOf(table, []columnExpr{expr(1, "City", "chicago", &asked), expr(2, "City", "boston", &asked)}, 7)
	if !ok || len(caches) != 1 {
		t.Fatalf("%d caches, %t", len(caches), ok)
	}
	c := &caches[0]
	if c.at != table.Column("City").At {
		t.Errorf("the column's cell is %d", c.at)
	}
	dict := table.Column("City").Dict
	for _, city := range []string{"Chicago", "BOSTON", "chicago", "Berlin"} {
		dict.Code(traverse.TextValue(city))
	}
	c.grow()
	for range 2 {
		for _, test := range []struct {
			city string
			want uint64
		}{{"Chicago", 1 | 4}, {"chicago", 1 | 4}, {"BOSTON", 2 | 4}, {"Berlin", 4}, {"", 4}} {
			if got := c.of(dict.Code(traverse.TextValue(test.city))); got != test.want|evaluated {
				t.Errorf("%q satisfies %x, want %x", test.city, got&^evaluated, test.want)
			}
		}
		if asked != 2*5 {
			t.Errorf("the expressions have been asked %d times about 5 values", asked)
		}
	}
	code := dict.Code(traverse.TextValue("Paris"))
	c.grow()
	if got := c.of(code); got != 4|evaluated {
		t.Errorf("a value that is new satisfies %x", got)
	}
	if got := c.masks[1]; got != 1|4|evaluated {
		t.Errorf("growing the cache lost a mask: it is %x", got)
	}
}

// TestCacheOrder checks that the columns of most measures come first, and that the
// expressions of one measure about a column are merged.
func TestCacheOrder(t *testing.T) {
	asked := 0
	table := contacts()
	caches, _ := cachesOf(table, []columnExpr{
		expr(1, "City", "a", &asked), expr(1, "City", "b", &asked), expr(1, "City", "a", &asked),
		expr(1, "Country", "c", &asked), expr(2, "Country", "d", &asked),
	}, 3)
	var at, sizes []int
	for _, c := range caches {
		at, sizes = append(at, c.at), append(sizes, len(c.where))
	}
	if want := []int{table.Column("Country").At, table.Column("City").At}; !slices.Equal(at, want) || !slices.Equal(sizes, []int{2, 1}) {
		t.Errorf("the columns are %v with %v expressions, want %v", at, sizes, want)
	}
	dict := table.Column("City").Dict
	a := dict.Code(traverse.TextValue("a"))
	caches[1].grow()
	if got := caches[1].of(a); got != 2|evaluated {
		t.Errorf("a text that only one of two expressions holds for satisfies %x", got)
	}
}

// TestCacheOfMissing checks that cachesOf returns false if the table lacks a column or
// has one of another type.
func TestCacheOfMissing(t *testing.T) {
	holds := func([]plan.Bound, traverse.Value) bool { return true }
	for _, f := range []traverse.Field{
		{Name: "Shoe", Type: traverse.Text},
		{Name: "City", Type: traverse.Number},
		{Name: traverse.ParentAccount, Type: traverse.Text},
		{Name: "Birthday", Type: traverse.Date},
	} {
		if _, ok := cachesOf(contacts(), []columnExpr{{1, &plan.ColumnExpr{Field: f, Holds: holds}}}, 1); ok {
			t.Errorf("there are caches for %s %s", f.Name, f.Type)
		}
	}
}
