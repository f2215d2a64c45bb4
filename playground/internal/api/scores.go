package api

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
)

// scoreColumns are the scores of all leads, in columns: for a table of many leads, which changes
// with each key that is pressed, the lines of score take too long to write and to read.
// Leads that could not be scored have no status.
type scoreColumns struct {
	Leads    []string         `json:"leads"`
	Models   []modelColumns   `json:"models"`
	Failures []answer.Failure `json:"failures"`
}

// modelColumns are the scores of a model, by lead. Texts are numbers of texts.
type modelColumns struct {
	Name       string             `json:"name"`
	Statuses   texts              `json:"statuses"`
	Status     numbers            `json:"status"`
	Score      numbers            `json:"score"`
	Grades     texts              `json:"grades"`
	Grade      numbers            `json:"grade"`
	Labels     texts              `json:"labels"`
	Label      numbers            `json:"label"`
	Ready      numbers            `json:"ready"` // 1 or 0
	Dimensions []dimensionColumns `json:"dimensions"`
}

// dimensionColumns are the scores of a dimension, by lead.
type dimensionColumns struct {
	Name   string  `json:"name"`
	Score  numbers `json:"score"`
	Grades texts   `json:"grades"`
	Grade  numbers `json:"grade"`
}

// numbers are numbers whose JSON is written without reflection.
type numbers []int64

// MarshalJSON implements json.Marshaler.
func (n numbers) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 4*len(n)+2)
	text = append(text, '[')
	for i, v := range n {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, v, 10)
	}
	return append(text, ']'), nil
}

// texts are texts that are numbered when they first occur. There are few of them.
type texts []string

// number returns the number of a text.
func (t *texts) number(text string) int64 {
	i := slices.Index(*t, text)
	if i < 0 {
		i = len(*t)
		*t = append(*t, text)
	}
	return int64(i)
}

// MarshalJSON implements json.Marshaler: no texts are an empty list.
func (t texts) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]string(t))
}

// scores answers with the scores of all leads in columns.
func scores(ctx context.Context, s *Session, r *request) (any, error) {
	var p struct {
		AsOf string `json:"as_of"`
	}
	if err := r.read(&p); err != nil {
		return nil, err
	}
	sub, err := s.subject(ctx, r, quick{Quick: true}, p.AsOf, nil)
	if err != nil {
		return nil, err
	}
	if s.leadsOf != sub.data {
		s.leads, s.leadsOf = []string{}, nil
		for id, err := range sub.data.Leads(ctx) {
			if err != nil {
				return nil, err
			}
			s.leads = append(s.leads, id)
		}
		s.leadsOf = sub.data
	}
	if s.scores == nil {
		s.scores = &leadscore.Scores{}
	}
	if err := sub.set.ScoreInto(ctx, s.leads, sub.data, s.scores, options(sub.asOf)...); err != nil {
		return nil, err
	}
	return columnsOf(sub.set, s.scores, s.leads), nil
}

// columnsOf returns scores as columns.
func columnsOf(set *leadscore.Set, scored *leadscore.Scores, leads []string) *scoreColumns {
	c := &scoreColumns{Leads: leads, Failures: []answer.Failure{}}
	for _, bad := range scored.Errs() {
		c.Failures = append(c.Failures, answer.FailureOf(bad))
	}
	for m, model := range set.Models() {
		c.Models = append(c.Models, modelOf(model.Name(), m, scored))
	}
	return c
}

// modelOf returns the columns of a model.
func modelOf(name string, m int, scored *leadscore.Scores) modelColumns {
	n := scored.Len()
	mc := modelColumns{
		Name:       name,
		Status:     make(numbers, n),
		Score:      scored.Score(m),
		Grade:      make(numbers, n),
		Label:      make(numbers, n),
		Ready:      make(numbers, n),
		Dimensions: make([]dimensionColumns, scored.Dimensions(m)),
	}
	for d := range mc.Dimensions {
		mc.Dimensions[d].Score = scored.Dimension(m, d)
		mc.Dimensions[d].Grade = make(numbers, n)
	}
	for i := range n {
		result := scored.Result(i, m)
		label, _ := result.Label()
		status := ""
		if result.Status != leadscore.NoStatus {
			status = result.Status.String()
		}
		mc.Status[i] = mc.Statuses.number(status)
		mc.Grade[i] = mc.Grades.number(result.Grade)
		mc.Label[i] = mc.Labels.number(label)
		if result.SalesReady {
			mc.Ready[i] = 1
		}
		for d, dimension := range result.Dimensions() {
			mc.Dimensions[d].Name = dimension.Name
			mc.Dimensions[d].Grade[i] = mc.Dimensions[d].Grades.number(dimension.Grade)
		}
	}
	return mc
}
