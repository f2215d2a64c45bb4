package measure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/bench/internal/crm"
	"github.com/leadscore/leadscore/bench/internal/engine"
	"github.com/leadscore/leadscore/bench/internal/rules"
	"github.com/leadscore/leadscore/source/memory"
)

// A Section is a part of the table.
type Section struct {
	Name  string // for -rows
	Title string
	Unit  string // what times are for
	// Contests calls f with each contest of the section. It stops at an error.
	Contests func(l *Lab, f func(Contest) error) error
	// Scaling, if not nil, returns the contests that show how the section's sides
	// scale.
	Scaling func(l *Lab) (Scaling, error)
}

// Sections lists the sections of the table.
func Sections() []Section {
	return []Section{
		{Name: "memory", Title: "leadscore over its memory source", Unit: "lead", Contests: memorySource},
		{Name: "scores", Title: "leadscore over its memory source, scores in columns", Unit: "lead", Contests: inColumns},
		{Name: "one", Title: "One lead at a time, by Model.Score", Unit: "lead", Contests: oneByOne},
		{Name: "now", Title: "One lead at a time, as of now against as of a fixed instant", Unit: "lead", Contests: asOfNow},
		{Name: "growth", Title: "1,000 rules against 100", Unit: "lead", Contests: growth},
		{Name: "fetch", Title: "leadscore over somebody's own source, by Fetch", Unit: "lead", Contests: fetch},
		{Name: "structs", Title: "leadscore over somebody's own structs, 100 rules", Unit: "lead", Contests: overStructs},
		{Name: "columns", Title: "Hand-written Go over columns", Unit: "lead", Contests: overColumns},
		{Name: "general", Title: "General engines", Unit: "lead", Contests: general},
		{Name: "set", Title: "Ten models of 20 rules in one set against one alone", Unit: "lead", Contests: tenModels},
		{Name: "explain", Title: "With Explain against without", Unit: "lead", Contests: explain},
		{Name: "changes", Title: "How scores change", Unit: "lead", Contests: changes},
		{Name: "compile", Title: "100 rules from text to runnable", Unit: "model", Contests: compile},
		{Name: "structured", Title: "A structured model of 100 rules", Unit: "lead", Contests: structured},
		{Name: "compile-structured", Title: "The structured model from text to runnable", Unit: "model", Contests: compileStructured},
		{Name: "cores", Title: "Two cores against two cores, 100 rules", Unit: "lead", Contests: cores, Scaling: scaling},
		{Name: "hops", Title: "A path of five hops over 10,000 contacts of one account", Unit: "lead", Contests: hops},
	}
}

func memorySource(l *Lab, f func(Contest) error) error {
	for _, size := range rules.Sizes {
		if err := l.Against(engine.HandWritten, engine.Memory, rules.Measured(size), f); err != nil {
			return err
		}
	}
	return nil
}

func inColumns(l *Lab, f func(Contest) error) error {
	for _, size := range rules.Sizes {
		if err := l.Against(engine.HandWritten, engine.MemoryScores, rules.Measured(size), f); err != nil {
			return err
		}
	}
	return l.Against(engine.HandWritten, engine.MemoryScores, rules.Structured(), f)
}

// structured is a section of its own, as commits before the second layer of the language
// have none of its rows.
func structured(l *Lab, f func(Contest) error) error {
	m := rules.Structured()
	if err := l.Against(engine.HandWritten, engine.Memory, m, f); err != nil {
		return err
	}
	return generalOf(l, f, m)
}

func oneByOne(l *Lab, f func(Contest) error) error {
	for _, size := range []int{20, 100} {
		if err := l.Against(engine.HandWritten, engine.MemoryOne, rules.Measured(size), f); err != nil {
			return err
		}
	}
	return nil
}

func asOfNow(l *Lab, f func(Contest) error) error {
	for _, size := range []int{20, 100, 1000} {
		if err := l.Against(engine.MemoryOne, engine.MemoryNow, rules.Measured(size), f); err != nil {
			return err
		}
	}
	return nil
}

func growth(l *Lab, f func(Contest) error) error {
	for _, e := range []*engine.Engine{engine.Memory, engine.HandWritten} {
		few, err := l.Scorer(e, rules.Measured(100))
		if err != nil {
			return err
		}
		many, err := l.Scorer(e, rules.Measured(1000))
		if err != nil {
			return err
		}
		err = f(Contest{
			Name: e.Name + "/cold", What: e.Name + ", 1000 rules", Against: e.Name + ", 100 rules",
			Base: few, Other: many, Slices: Cold(len(l.Data.Leads)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func fetch(l *Lab, f func(Contest) error) error {
	for _, e := range []*engine.Engine{engine.Rows, engine.Blocks} {
		named := func(c Contest) error {
			if e == engine.Blocks {
				c.Name = "blocks/" + c.Name
			}
			return f(c)
		}
		if err := l.Against(engine.HandWritten, e, rules.Measured(100), named); err != nil {
			return err
		}
	}
	return nil
}

func overStructs(l *Lab, f func(Contest) error) error {
	m := rules.Measured(100)
	if err := l.Against(engine.HandWritten, engine.Structs, m, f); err != nil {
		return err
	}
	hand, err := l.Scorer(engine.HandWritten, m)
	if err != nil {
		return err
	}
	once, err := l.Scorer(engine.StructsOnce, m)
	if err != nil {
		return err
	}
	return l.same(Contest{
		Name: "100/once", What: engine.StructsOnce.Name, Against: engine.HandWritten.Name,
		Base: hand, Other: once, Slices: Whole(len(l.Data.Leads)),
	}, m, f)
}

func overColumns(l *Lab, f func(Contest) error) error {
	for _, size := range []int{100, 1000} {
		m := rules.Measured(size)
		if err := l.Against(engine.HandWritten, engine.Columns, m, f); err != nil {
			return err
		}
		if err := l.Against(engine.Columns, engine.Memory, m, f); err != nil {
			return err
		}
	}
	return nil
}

func general(l *Lab, f func(Contest) error) error {
	return generalOf(l, f, rules.Measured(20), rules.Measured(100))
}

// generalOf measures the general engines by some models.
func generalOf(l *Lab, f func(Contest) error, models ...*rules.Model) error {
	for _, e := range []*engine.Engine{engine.Expr, engine.Cel, engine.Starlark} {
		for _, m := range models {
			for _, base := range []*engine.Engine{engine.HandWritten, engine.Memory} {
				err := l.Against(base, e, m, func(c Contest) error {
					if strings.HasSuffix(c.Name, "/hot") {
						return nil // the calculation takes so long that caches matter little
					}
					c.Name = e.Name + "/" + c.Name
					return f(c)
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func tenModels(l *Lab, f func(Contest) error) error {
	schema, data, err := l.memory()
	if err != nil {
		return err
	}
	var files []leadscore.File
	for i := range 10 {
		m := rules.Generate(20, rules.Seed+uint64(i))
		files = append(files, leadscore.File{Name: m.Name, Text: m.Text()})
	}
	one, err := leadscore.CompileSet(schema, files[:1])
	if err != nil {
		return err
	}
	ten, err := leadscore.CompileSet(schema, files)
	if err != nil {
		return err
	}
	return l.same(Contest{
		Name: "20/cold", What: "ten models", Against: "one model",
		Base: engine.Stream(one, data, engine.IDs(data, l.Data)), Other: engine.Stream(ten, data, engine.IDs(data, l.Data)),
		Slices: Cold(len(l.Data.Leads)),
	}, rules.Measured(20), f)
}

func explain(l *Lab, f func(Contest) error) error {
	schema, data, err := l.memory()
	if err != nil {
		return err
	}
	for _, size := range []int{20, 100} {
		m := rules.Measured(size)
		set, err := leadscore.CompileSet(schema, []leadscore.File{{Name: m.Name, Text: m.Text()}})
		if err != nil {
			return err
		}
		ids := engine.IDs(data, l.Data)
		for _, with := range []struct {
			name, what string
			scorer     engine.Scorer
		}{
			{"counts", "Explain(0)", engine.Stream(set, data, ids, leadscore.Explain(0))},
			{"counts-read", "Explain(0), all contributions read", engine.Told(set, data, ids, 0, engine.EveryCondition)},
			{"lists", "Explain(100), no list read", engine.Stream(set, data, ids, leadscore.Explain(100))},
			{"lists-one", "Explain(100), lists of one condition read", engine.Told(set, data, ids, 100, engine.HighestCondition)},
			{"lists-read", "Explain(100), all lists read", engine.Told(set, data, ids, 100, engine.EveryCondition)},
		} {
			err = l.same(Contest{
				Name: fmt.Sprintf("%s/%d/cold", with.name, size), What: with.what, Against: "without",
				Base: engine.Stream(set, data, ids), Other: with.scorer,
				Slices: Cold(len(l.Data.Leads)),
			}, m, f)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// same passes a contest on if both sides give every lead the same score.
func (l *Lab) same(c Contest, m *rules.Model, f func(Contest) error) error {
	if err := Equal(l.Data, m, c.Against, c.What, c.Base, c.Other); err != nil {
		return err
	}
	return f(c)
}

func (l *Lab) memory() (*leadscore.Schema, leadscore.Source, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, nil, err
	}
	data, err := engine.LoadMemory(l.Data, schema)
	return schema, data, err
}

func compile(_ *Lab, f func(Contest) error) error {
	return compileAgainst(rules.Measured(100), f)
}

func compileStructured(_ *Lab, f func(Contest) error) error {
	if err := compileAgainst(rules.Structured(), f); err != nil {
		return err
	}
	few, err := compiler(engine.Memory, rules.Measured(100))
	if err != nil {
		return err
	}
	ours, err := compiler(engine.Memory, rules.Structured())
	if err != nil {
		return err
	}
	return f(Contest{
		Name: engine.Memory.Name + "/" + rules.StructuredLabel, What: engine.Memory.Name + ", " + rules.StructuredLabel,
		Against: engine.Memory.Name + ", 100", Base: few, Other: ours, Slices: []Slice{{Leads: []int{0}, Times: 1}},
	})
}

// compileAgainst measures how long the general engines take to compile a model, against
// leadscore.
func compileAgainst(m *rules.Model, f func(Contest) error) error {
	ours, err := compiler(engine.Memory, m)
	if err != nil {
		return err
	}
	for _, e := range []*engine.Engine{engine.Expr, engine.Cel, engine.Starlark} {
		other, err := compiler(e, m)
		if err != nil {
			return err
		}
		err = f(Contest{
			Name: e.Name + "/" + m.Label, What: e.Name, Against: engine.Memory.Name,
			Base: ours, Other: other, Slices: []Slice{{Leads: []int{0}, Times: 1}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// compiler returns what compiles a model, without a lead: the data do not matter.
func compiler(e *engine.Engine, m *rules.Model) (engine.Scorer, error) {
	loaded, err := e.Load(&crm.Data{})
	if err != nil {
		return nil, err
	}
	compile := loaded(m)
	return func([]int, []int64) error {
		_, err := compile()
		return err
	}, nil
}

func cores(l *Lab, f func(Contest) error) error {
	const size, procs = 100, 2
	m := rules.Measured(size)
	hand, err := l.Scorer(engine.HandWritten, m)
	if err != nil {
		return err
	}
	ours, err := l.Scorer(engine.Memory, m)
	if err != nil {
		return err
	}
	err = l.same(Contest{
		Name: "100/cold", What: engine.Memory.Name, Against: engine.HandWritten.Name,
		Base: parallel(hand, procs), Other: ours, Procs: procs,
		Slices: Whole(len(l.Data.Leads)),
	}, m, f)
	if err != nil {
		return err
	}
	// A single batch is not handed to another goroutine. So this shows what the
	// cores allow without a stream.
	return l.same(Contest{
		Name: "apart", What: "leadscore, each core for itself", Against: "leadscore, one core",
		Base: ours, Other: parallel(ours, procs), Procs: procs, BaseProcs: 1,
		Slices: Whole(len(l.Data.Leads)),
	}, m, f)
}

// scaling compares what two cores do with what one does. A stream of leads has as
// many workers as there are cores.
func scaling(l *Lab) (Scaling, error) {
	const size, procs = 100, 2
	m := rules.Measured(size)
	hand, err := l.Scorer(engine.HandWritten, m)
	if err != nil {
		return Scaling{}, err
	}
	ours, err := l.Scorer(engine.Memory, m)
	if err != nil {
		return Scaling{}, err
	}
	contest := func(name string, one, several engine.Scorer) Contest {
		return Contest{
			Name: name, What: fmt.Sprintf("%s, %d cores", name, procs), Against: name + ", one core",
			Base: one, Other: several, Procs: procs, BaseProcs: 1,
			Slices: Whole(len(l.Data.Leads)),
		}
	}
	s := Scaling{
		Base:  contest(engine.HandWritten.Name, hand, parallel(hand, procs)),
		Other: contest(engine.Memory.Name, ours, ours),
	}
	return s, errors.Join(
		Equal(l.Data, m, s.Base.Against, s.Base.What, s.Base.Base, s.Base.Other),
		Equal(l.Data, m, s.Base.Against, s.Other.What, s.Base.Base, s.Other.Other))
}

// parallel scores leads on several cores, a few hundred at a time.
func parallel(score engine.Scorer, procs int) engine.Scorer {
	const some = 256
	return func(leads []int, scores []int64) error {
		var next atomic.Int64
		var group sync.WaitGroup
		errs := make([]error, procs)
		for p := range procs {
			group.Go(func() {
				for errs[p] == nil {
					from := int(next.Add(some)) - some
					if from >= len(leads) {
						return
					}
					to := min(from+some, len(leads))
					errs[p] = score(leads[from:to], scores[from:to])
				}
			})
		}
		group.Wait()
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func hops(_ *Lab, f func(Contest) error) error {
	small, err := oneAccount(1_000)
	if err != nil {
		return err
	}
	large, err := oneAccount(10_000)
	if err != nil {
		return err
	}
	return f(Contest{
		Name: "10000", What: "10,000 contacts", Against: "1,000 contacts",
		Base: small, Other: large, Slices: []Slice{{Leads: []int{0}, Times: 1}},
	})
}

// oneAccount scores one lead whose account has so many contacts.
func oneAccount(contacts int) (engine.Scorer, error) {
	schema, err := leadscore.ParseSchema("schema", crm.Schema(), nil)
	if err != nil {
		return nil, err
	}
	model, err := leadscore.Compile("hops", `model "Hops" {
    target account

    condition "Everybody knows everybody" {
        each Lead.ParentAccount.Contacts.ParentAccount.Contacts.ParentAccount
        score +1
    }
}
`, schema)
	if err != nil {
		return nil, err
	}
	data := memory.New(schema)
	if err := data.Add("Account", "a", nil); err != nil {
		return nil, err
	}
	if err := data.Add("Lead", "l", memory.Record{"ParentAccount": "a"}); err != nil {
		return nil, err
	}
	for i := range contacts {
		if err := data.Add("Contact", fmt.Sprintf("c-%d", i), memory.Record{"ParentAccount": "a"}); err != nil {
			return nil, err
		}
	}
	return func(leads []int, scores []int64) error {
		for i := range leads {
			r, err := model.Score(context.Background(), "l", data, leadscore.AsOf(crm.AsOf))
			if err != nil {
				return err
			}
			if want := int64(contacts) * int64(contacts); r.Score != want {
				return fmt.Errorf("score %d, not %d", r.Score, want)
			}
			scores[i] = r.Score
		}
		return nil
	}, nil
}
