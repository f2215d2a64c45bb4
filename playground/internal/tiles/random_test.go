package tiles_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/playground/internal/tiles"
)

// TestRandomGestures: after any gestures the text is canonical and has its comments, and its tiles
// are those of before with the gesture made on them, and nothing else.
func TestRandomGestures(t *testing.T) {
	list := texts(t)
	made := map[string]int{}
	property := func(t *rapid.T) {
		text, err := dsl.Format("rules.score", rapid.SampledFrom(list).Draw(t, "text"))
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			view := viewOf(t, text)
			if len(view.Models) == 0 {
				return
			}
			g := drawGesture(t, view)
			got, err := tiles.Apply("rules.score", text, g)
			if err != nil {
				continue
			}
			made[g.Kind]++
			if again, err := dsl.Format("rules.score", got); err != nil || again != got {
				t.Fatalf("%+v: the text is not canonical: %v\n%s", g, err, cmp.Diff(again, got))
			}
			if d := cmp.Diff(comments(t, text), comments(t, got)); d != "" {
				t.Fatalf("%+v: other comments (-was +is):\n%s", g, d)
			}
			if was, is := blocks(text), blocks(got); was != is {
				t.Fatalf("%+v: there are %d blocks instead of %d", g, is, was)
			}
			want := view
			makeGesture(t, want, g)
			opts := cmp.Options{
				cmpopts.IgnoreFields(tiles.Tiles{}, "Text"), cmpopts.IgnoreFields(tiles.Model{}, "At"),
				cmpopts.IgnoreFields(tiles.Clause{}, "At"), cmpopts.IgnoreFields(tiles.Item{}, "At"), cmpopts.EquateEmpty(),
			}
			if g.Kind == "name" { // which other clauses may use
				opts = append(opts, cmpopts.IgnoreFields(tiles.Clause{}, "Text"))
			}
			if d := cmp.Diff(ordered(want), ordered(viewOf(t, got)), opts); d != "" {
				t.Fatalf("%+v: other tiles (-want +got):\n%s\n%s", g, d, cmp.Diff(text, got))
			}
			text = got
		}
	}
	missing := func() []string {
		kinds := []string{"points", "name", "frequency", "range", "expression", "limit", "add", "add child", "move", "remove"}
		return slices.DeleteFunc(kinds, func(kind string) bool { return made[kind] > 0 })
	}
	const most = 10 // rounds, as some gestures are rare
	for round := 0; round == 0 || round < most && len(missing()) > 0; round++ {
		rapid.Check(t, property)
	}
	if kinds := missing(); len(kinds) > 0 {
		t.Errorf("these gestures were not made: %v", kinds)
	}
}

// viewOf returns the tiles of a text.
func viewOf(t *rapid.T, text string) *tiles.Tiles {
	view, err := tiles.Of("rules.score", text)
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return view
}

// blocks returns how many blocks a text has.
func blocks(text string) int {
	f, _ := dsl.Parse("rules.score", text, dsl.Limits{})
	return len(f.Blocks)
}

// ordered returns tiles with those that have a name before the other clauses beside them: a tile is
// moved among those with a name.
func ordered(view *tiles.Tiles) *tiles.Tiles {
	var order func(list []tiles.Clause) []tiles.Clause
	order = func(list []tiles.Clause) []tiles.Clause {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b tiles.Clause) int { return rank(a) - rank(b) })
		for i := range list {
			list[i].Clauses = order(list[i].Clauses)
		}
		return list
	}
	out := &tiles.Tiles{Models: slices.Clone(view.Models)}
	for i := range out.Models {
		out.Models[i].Clauses = order(out.Models[i].Clauses)
	}
	return out
}

func rank(c tiles.Clause) int {
	if c.Name == "" && !isTable(c) {
		return 1
	}
	return 0
}

// lists calls f with each list of clauses of tiles.
func lists(view *tiles.Tiles, f func(*[]tiles.Clause)) {
	var in func(*[]tiles.Clause)
	in = func(list *[]tiles.Clause) {
		f(list)
		for i := range *list {
			in(&(*list)[i].Clauses)
		}
	}
	for i := range view.Models {
		in(&view.Models[i].Clauses)
	}
}

// itemLists calls f with each list of items of tiles.
func itemLists(view *tiles.Tiles, f func(*[]tiles.Item)) {
	var in func(*[]tiles.Item)
	in = func(list *[]tiles.Item) {
		f(list)
		for i := range *list {
			in(&(*list)[i].Items)
		}
	}
	lists(view, func(list *[]tiles.Clause) {
		for i := range *list {
			in(&(*list)[i].Items)
		}
	})
}

// added is the child that the gesture add child adds.
const added = "at least 2 FormSubmitted within last 5 days"

// drawGesture draws a gesture on tiles.
func drawGesture(t *rapid.T, view *tiles.Tiles) tiles.Gesture {
	var all []tiles.Gesture
	add := func(kind string, at, index int, values ...string) {
		for _, v := range values {
			all = append(all, tiles.Gesture{Kind: kind, At: at, To: -1, Index: index, Value: v})
		}
	}
	names, limits := []string{"Another name", "Größe \"x\""}, []string{"", "up to 25", "from -5 to 50"}
	for _, m := range view.Models {
		add("name", m.At, 0, names...)
		add("limit", m.At, 0, limits...)
		add("add", m.At, 0, "A new one")
	}
	lists(view, func(list *[]tiles.Clause) {
		for _, c := range *list {
			if c.Name == "" {
				continue
			}
			add("name", c.At, 0, names...)
			add("remove", c.At, 0, "")
			for _, to := range *list {
				all = append(all, tiles.Gesture{Kind: "move", At: c.At, To: to.At})
			}
			switch c.Kind {
			case "condition":
				add("points", c.At, 0, "+7", "-12", "40")
				add("add child", c.At, 0, added)
				continue
			case "group", "dimension":
				add("limit", c.At, 0, limits...)
			}
			add("add", c.At, 0, "A new one")
		}
	})
	itemLists(view, func(list *[]tiles.Item) {
		for _, i := range *list {
			add("remove", i.At, 0, "")
			if i.Kind != "child" {
				continue
			}
			add("frequency", i.At, 0, "each", "has", "none", "at least 3", "at most 2", "exactly 1", "from 1 to 4")
			add("range", i.At, 0, "", "within last 3 months", "since 2026-01-01", "between 2026-01-01 and 2026-02-01")
			for n := range len(i.Where) + 1 {
				add("expression", i.At, n, "", "City = \"Rome\"", "City = \"Rome\" or City is empty", "not (City in (\"A\", \"B\"))")
			}
		}
	})
	// Each kind as often as others: there are many more fields of children than of models.
	kinds := map[string][]tiles.Gesture{}
	for _, g := range all {
		kinds[g.Kind] = append(kinds[g.Kind], g)
	}
	var has []string
	for kind := range kinds {
		has = append(has, kind)
	}
	slices.Sort(has)
	return rapid.SampledFrom(kinds[rapid.SampledFrom(has).Draw(t, "kind")]).Draw(t, "gesture")
}

// makeGesture makes a gesture on tiles, as package tiles makes it on their text.
func makeGesture(t *rapid.T, view *tiles.Tiles, g tiles.Gesture) {
	for i := range view.Models {
		if m := &view.Models[i]; m.At == g.At {
			onHolder(view, g, &m.Name, &m.Limit, &m.Clauses)
			return
		}
	}
	made := false
	lists(view, func(list *[]tiles.Clause) {
		i := slices.IndexFunc(*list, func(c tiles.Clause) bool { return c.At == g.At })
		if i < 0 || made {
			return
		}
		made = true
		c := &(*list)[i]
		switch g.Kind {
		case "remove":
			*list = slices.Delete(slices.Clone(*list), i, i+1)
		case "move":
			*list = moved(*list, i, g.To)
		case "points":
			c.Points = g.Value
			if g.Value[0] != '-' {
				c.Points = "+" + strings.TrimPrefix(g.Value, "+")
			}
		case "add child":
			c.Items = append(c.Items, childOf(t, added))
		default:
			onHolder(view, g, &c.Name, &c.Limit, &c.Clauses)
		}
	})
	itemLists(view, func(list *[]tiles.Item) {
		i := slices.IndexFunc(*list, func(i tiles.Item) bool { return i.At == g.At })
		if i < 0 || made {
			return
		}
		made = true
		switch item := &(*list)[i]; g.Kind {
		case "remove":
			*list = slices.Delete(slices.Clone(*list), i, i+1)
		case "frequency":
			item.Frequency = g.Value
		case "range":
			item.Range = g.Value
		case "expression":
			item.Where = withExpression(t, item.Where, g)
		}
	})
	if !made {
		t.Fatalf("%+v is not on a tile", g)
	}
}

// onHolder makes a gesture on a tile that has a name and perhaps holds others.
func onHolder(view *tiles.Tiles, g tiles.Gesture, name, limit *string, clauses *[]tiles.Clause) {
	switch g.Kind {
	case "name":
		*name = g.Value
	case "limit":
		*limit = g.Value
	case "add":
		free, taken := g.Value, map[string]bool{}
		for _, m := range view.Models {
			if m.At > g.At {
				break
			}
			taken = map[string]bool{} // of the model that the tile is in
			lists(&tiles.Tiles{Models: []tiles.Model{m}}, func(list *[]tiles.Clause) {
				for _, c := range *list {
					taken[c.Name] = true
				}
			})
		}
		for i := 2; taken[free]; i++ {
			free = fmt.Sprintf("%s %d", g.Value, i)
		}
		lead := tiles.Item{Kind: "child", Text: "Lead", Path: "Lead", Frequency: "has"}
		*clauses = append(*clauses, tiles.Clause{Kind: "condition", Name: free, Points: "+1", Items: []tiles.Item{lead}})
	}
}

// moved returns clauses with one of them before the one at an offset, or after all that have a
// name if that one has none.
func moved(list []tiles.Clause, i, to int) []tiles.Clause {
	c := list[i]
	if c.At == to {
		return list
	}
	rest := slices.Delete(slices.Clone(list), i, i+1)
	before := slices.IndexFunc(rest, func(o tiles.Clause) bool { return o.At == to && (o.Name != "" || isTable(o)) })
	if before < 0 {
		return append(rest, c)
	}
	return slices.Insert(rest, before, c)
}

// isTable reports whether a clause is a table, which has a name that its tile does not show.
func isTable(c tiles.Clause) bool { return strings.HasPrefix(c.Text, "table ") }

// withExpression returns the expressions of a child with one replaced, added or removed.
func withExpression(t *rapid.T, where []string, g tiles.Gesture) []string {
	where = slices.Clone(where)
	switch {
	case g.Value == "" && g.Index == len(where):
		return where
	case g.Value == "":
		return slices.Delete(where, g.Index, g.Index+1)
	}
	value := childOf(t, "has Contact where "+g.Value).Where[0]
	if g.Index == len(where) {
		return append(where, value)
	}
	where[g.Index] = value
	return where
}

// childOf returns a child as a tile.
func childOf(t *rapid.T, text string) tiles.Item {
	view := viewOf(t, "model \"M\" {\ncondition \"C\" {\n"+text+"\nscore +1\n}\n}\n")
	return view.Models[0].Clauses[0].Items[0]
}
