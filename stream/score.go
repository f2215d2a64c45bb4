package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/traverse"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// catchUp is how many changes by time a lead is taken through one by one. If it has missed
// more, it goes on as of the instant of the message.
const catchUp = 1000

func scoreKey(lead string) string { return "s." + token(lead) }

// score scores a lead as of an instant, or as of its last scoring if that is later, and
// stores the score and sends the events. If only is set, it does so only if time has
// changed something by then.
//
// Of two workers that score a lead at the same time only one stores its score; the other one
// scores the lead again. As each reads the stored score first and the records afterwards, the
// score that is stored last has been made of records that are as new as those of any other.
func (w *Worker) score(ctx context.Context, lead string, at time.Time, only bool) error {
	ctx, end := w.meter.span(ctx, "leadscore.score")
	defer end()
	return w.turns.take(ctx, lead, at, only, func(at time.Time, only bool) error { return w.scoreNow(ctx, lead, at, only) })
}

// scoreNow is score, without waiting for the turn of the lead.
func (w *Worker) scoreNow(ctx context.Context, lead string, at time.Time, only bool) error {
	for try := 0; ; try++ {
		again, err := w.scoreOnce(ctx, lead, at, only)
		if !errors.Is(err, errConflict) && !again || err != nil && !errors.Is(err, errConflict) {
			return err
		}
		if err != nil {
			w.meter.conflict(ctx)
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	}
}

// scoreOnce is one attempt of score. It reports true if the version has become live
// meanwhile.
func (w *Worker) scoreOnce(ctx context.Context, lead string, at time.Time, only bool) (again bool, err error) {
	s := &Score{Lead: lead}
	rev, err := w.state.getJSON(ctx, scoreKey(lead), s)
	if err != nil {
		return false, err
	}
	view := w.records.view()
	if rev == 0 {
		n, err := view.get(ctx, traverse.Lead, lead)
		if err != nil || !n.node.exists { // whatever adds the lead scores it
			return false, err
		}
	}
	if s.Closed || only && (s.Next.IsZero() || s.Next.After(at)) {
		return false, nil
	}
	if !s.Live {
		if err := w.adopt(ctx, s); err != nil {
			return false, err
		}
	}
	if err := w.send(ctx, s); err != nil {
		return false, err
	}
	next := s.Next
	s.Pending = nil
	if err := w.steps(ctx, s, &source{view}, at, only); err != nil {
		return false, err
	}
	if err := w.store(ctx, s, rev, next); err != nil {
		return false, err
	}
	mark("stored")
	if s.Live {
		err := w.send(ctx, s)
		mark("sent")
		return false, err
	}
	live, err := w.log.liveVersion(ctx)
	return live == w.version, err
}

// steps takes a lead through the changes that time has brought until an instant, and scores
// it as of that.
func (w *Worker) steps(ctx context.Context, s *Score, data leadscore.Source, at time.Time, only bool) error {
	if at.Before(s.AsOf) {
		at = s.AsOf
	}
	for missed := 0; s.Next.After(s.AsOf) && !s.Next.After(at); missed++ {
		if missed == catchUp {
			w.options.Logger.WarnContext(ctx, "a lead has missed too many changes by time; it goes on as of now", "lead", s.Lead, "from", s.AsOf, "to", at)
			break
		}
		if err := w.step(ctx, s, data, s.Next); err != nil {
			return err
		}
		if only && (s.Next.IsZero() || s.Next.After(at)) {
			return nil
		}
	}
	return w.step(ctx, s, data, at)
}

// step scores a lead as of an instant and says what that changes.
func (w *Worker) step(ctx context.Context, s *Score, data leadscore.Source, at time.Time) error {
	w.meter.scored(ctx)
	set := w.records.layout.set
	end := at.Add(w.options.Horizon)
	stage := func(_, block string) string { return s.Stages[block] }
	lost := map[string]string{} // stages that the rules do not have any more
	for _, b := range set.Stages() {
		if was, ok := s.Stages[b.Name()]; ok && !slices.Contains(b.Names(), was) {
			lost[b.Name()] = was
			delete(s.Stages, b.Name())
		}
	}
	r, err := set.Score(ctx, s.Lead, data, leadscore.AsOf(at), leadscore.NextChange(end), leadscore.StagesBefore(stage))
	if err != nil {
		return w.failed(ctx, s, at, err)
	}
	outcomes := make([]Outcome, len(r.Results))
	for i, m := range r.Results {
		outcomes[i] = OutcomeOf(m)
	}
	s.change(outcomes, at, w.version, w.log.name)
	for _, b := range r.Stages() {
		if s.Stages == nil {
			s.Stages = map[string]string{}
		}
		s.Stages[b.Stages] = b.Stage
		s.move(b, lost[b.Stages], at, w.version, w.log.name)
	}
	s.Next = end // to look again
	if next, ok := r.NextChange(); ok && next.Before(s.Next) {
		s.Next = next.UTC()
	}
	if len(set.Stages()) == 0 {
		return nil
	}
	for m, err := range set.Moves(ctx, s.Lead, data, at, s.Next, leadscore.StagesBefore(stage)) {
		if err != nil {
			return w.failed(ctx, s, at, err)
		}
		if m.AsOf.After(at) {
			s.Next = m.AsOf
			break
		}
	}
	return nil
}

// failed sets the outcomes of a lead that is not there, or cannot be scored. It returns err
// if another attempt may succeed.
func (w *Worker) failed(ctx context.Context, s *Score, at time.Time, err error) error {
	if ctx.Err() != nil || errors.Is(err, traverse.ErrUnavailable) {
		return err
	}
	if _, ok := errors.AsType[*leadscore.LeadError](err); !ok {
		return err
	}
	o := Outcome{Status: StatusFailed, Error: err.Error()}
	if errors.Is(err, leadscore.ErrNoLead) {
		o = Outcome{Status: StatusNoLead}
		s.Stages = nil
	} else {
		w.options.Logger.WarnContext(ctx, "a lead cannot be scored", "lead", s.Lead, "error", err)
	}
	var outcomes []Outcome
	for _, m := range w.records.layout.set.Models() {
		o.Model = m.Name()
		outcomes = append(outcomes, o)
	}
	s.change(outcomes, at, w.version, w.log.name)
	s.Next = time.Time{}
	return nil
}

// store writes a score and, with it, the message that the server sends at its next change.
func (w *Worker) store(ctx context.Context, s *Score, rev revision, next time.Time) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	writes := []write{{key: scoreKey(s.Lead), data: data, expected: rev}}
	if !s.Next.IsZero() && !s.Next.Equal(next) {
		writes = append(writes, write{key: "at." + token(s.Lead), any: true, header: nats.Header{
			jetstream.ScheduleHeader:       {"@at " + s.Next.UTC().Add(time.Millisecond-1).Truncate(time.Millisecond).Format(time.RFC3339Nano)},
			jetstream.ScheduleTargetHeader: {w.state.prefix + "due." + token(s.Lead)},
		}})
	}
	return w.state.commit(ctx, writes...)
}

// send publishes the events of the last step, unless this worker has done so already.
func (w *Worker) send(ctx context.Context, s *Score) error {
	if len(s.Pending) == 0 || w.sent.has(s.Lead, s.Number) {
		return nil
	}
	if err := w.log.send(ctx, s.Pending); err != nil {
		return err
	}
	w.meter.events(ctx, len(s.Pending))
	w.sent.add(s.Lead, s.Number)
	return nil
}

// adopt makes a version send events for a lead from now on, if the version is live. If another
// version was live before, it sends no more events for the lead, and what it sent last is what
// has been told: the first event tells how the scores of this version differ from that.
func (w *Worker) adopt(ctx context.Context, s *Score) error {
	c, err := w.log.control(ctx)
	if err != nil || c.Live != w.version {
		return err
	}
	s.Live = true
	s.Outcomes, s.Stages, s.Next = nil, nil, time.Time{}
	if c.Before == "" {
		return nil
	}
	before, err := w.log.close(ctx, c.Before, s.Lead)
	if err != nil {
		return err
	}
	s.Outcomes, s.Stages, s.Number = before.Outcomes, maps.Clone(before.Stages), before.Number
	if before.AsOf.After(s.AsOf) {
		s.AsOf = before.AsOf
	}
	return nil
}

// close makes a version send no more events for a lead, and returns its last score. What the
// version has not sent yet is sent first.
func (l *Log) close(ctx context.Context, version, lead string) (*Score, error) {
	b, err := l.stateOf(ctx, version)
	if err != nil || b == nil {
		return &Score{}, err
	}
	for try := 0; ; try++ {
		s := &Score{Lead: lead}
		rev, err := b.getJSON(ctx, scoreKey(lead), s)
		if err != nil || s.Closed {
			return s, err
		}
		if err := l.send(ctx, s.Pending); err != nil {
			return nil, err
		}
		if !s.Live { // it has not sent anything, as other versions were live
			s.Outcomes, s.Stages, s.Number = nil, nil, 0
		}
		s.Closed, s.Pending = true, nil
		if err := b.putJSON(ctx, scoreKey(lead), s, rev); !errors.Is(err, errConflict) {
			return s, err
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// send publishes events in their order. The server ignores those that it has already.
func (l *Log) send(ctx context.Context, events []Event) error {
	for _, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			return err
		}
		m := nats.NewMsg(fmt.Sprintf("%s.events.%s.%s", l.name, e.Kind, token(e.Lead)))
		m.Data = data
		if _, err := l.js.PublishMsg(ctx, m, jetstream.WithMsgID(e.ID)); err != nil {
			return unavailable("send an event", err)
		}
	}
	return nil
}
