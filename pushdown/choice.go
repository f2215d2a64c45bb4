package pushdown

import (
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/pushdown/internal/scalar"
	"github.com/leadscore/leadscore/traverse"
)

// baseChosen is the column of the leads with the name of the model that is chosen, or "".
const baseChosen = "chosen"

// A choosing is `choose model` of a set.
type choosing struct {
	*check.Choice
	names []scalar.Value // of the models
}

// choosingOf returns how a set chooses models, or nil.
func choosingOf(set *leadscore.Set) *choosing {
	if !set.Chooses() {
		return nil
	}
	c := &choosing{Choice: set.Checked().Choice}
	for _, m := range set.Models() {
		c.names = append(c.names, scalar.TextOf(m.Name()))
	}
	return c
}

// choose adds the column with the name of the model that is chosen to the first relation of the
// leads, which loses those whose name is that of no model: the engine gives them an error.
func (k *modelLowering) choose(lead record) {
	lead.scope = k.days()
	var whens []scalar.When
	for _, line := range k.choice.Lines {
		first := lead.reference(line.Path[1].Name)
		at := lead
		for _, hop := range line.Path[1:] {
			at = at.follow(hop.Name)
		}
		f, _ := at.entity.Field(line.Field.Name)
		name := k.Coalesce(at.value(f, formPlain), k.Text(""))
		whens = append(whens, scalar.When{If: k.Not(k.IsNull(first.expr)), Then: name})
	}
	chosen := k.Case(k.Text(""), whens...)
	lead.rel.rename(each, chosen, baseChosen)
	lead.rel.where = append(lead.rel.where, k.In(chosen, append([]scalar.Value{scalar.TextOf("")}, k.choice.names...)...))
}

// days returns the scope of what is not about a model: days are those of UTC.
func (k *modelLowering) days() *scope { return &scope{k.lowering, k.model, time.UTC} }

// given returns the status of a model that would otherwise be another one, if the set chooses
// models.
func (k *modelLowering) given(status *scalar.Expr) *scalar.Expr {
	if k.choice == nil {
		return status
	}
	chosen := k.Ref(baseChosen, scalar.Text, scalar.Range{})
	return k.Case(status,
		scalar.When{If: k.Equal(chosen, k.Text("")), Then: k.Text(leadscore.NoModel.String())},
		scalar.When{If: k.NotEqual(chosen, k.Text(k.model.Name)), Then: k.Text(leadscore.NotChosen.String())},
	)
}

// choiceChanges returns truths of which one holds for each lead for which another model may be
// chosen, as records come to be.
func (k *modelLowering) choiceChanges() []*scalar.Expr {
	var terms []*scalar.Expr
	for _, line := range k.choice.Lines {
		dated := false
		for _, hop := range line.Path[1:] {
			_, ok := k.schema.Entity(hop.Entity.Name()).Dated()
			dated = dated || ok
		}
		if !dated {
			continue
		}
		n := k.put(func(lead record) *scalar.Expr {
			lead.scope = k.days()
			return k.If(lead.leadsTo(line.Path[1:]), k.Whole(1), k.Whole(0))
		})
		terms = append(terms, k.More(n, k.Whole(0)))
	}
	return terms
}

// chosen checks that the records to which `choose model` leads name models of the set.
func (a *checker) chosen() {
	if a.choice == nil {
		return
	}
	for _, line := range a.choice.Lines {
		e := a.schema.Entity(line.Path[len(line.Path)-1].Entity.Name())
		var at Canonical
		if try(func() { at = a.canonical(e, line.Field.Name, traverse.Text) }) != nil {
			continue
		}
		c := a.m.table(e.Name())
		column := c.column(line.Field.Name)
		if c.Absent || column.Absent {
			continue
		}
		names := ""
		for i, v := range a.choice.names {
			if i > 0 {
				names += ", "
			}
			text, _ := a.d.Text(v.Text)
			names += text
		}
		a.add(Check{Code: "unknown-model", Field: line.Field.Name, Summary: "some rows name no model of the set", Remedy: "name one, or leave it empty"}, e,
			a.d.Quote(column.Name), at.Expr+" IS NOT NULL AND "+at.Expr+" NOT IN ("+names+")")
	}
}
