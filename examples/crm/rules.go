package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/modeltest"
	"github.com/leadscore/leadscore/source/sqldb"
)

// Rules are the models in use, and the data as their schema sees them. They are
// never changed, only replaced as a whole.
type rules struct {
	set  *leadscore.Set
	data *sqldb.Source
	load int64 // the number of the load: later loads have higher ones
}

// loadRules reads the rule files. It refuses rules that do not compile, whose tests
// fail, or that need something that the database does not have. The errors are
// leadscore.Diagnostics, sqldb.Problems and *problem.
func (s *service) loadRules(ctx context.Context) (*rules, error) {
	load := s.loads.Add(1)
	files, err := readRules(ctx, s.folder)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, refused(err) // files that are missing or cannot be read
	}
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), files)
	if err != nil {
		return nil, err
	}
	var failures leadscore.Diagnostics
	for result := range modeltest.Results(ctx, set) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case result.Err != nil:
			return nil, refused(fmt.Errorf("the test %q of the model %q: %w", result.Test, result.Model, result.Err))
		}
		failures = append(failures, result.Failures...)
	}
	if err := failures.Err(); err != nil {
		return nil, err
	}
	zone, _ := set.Zone() // nil, and so UTC, if the models differ
	data, err := sqldb.Open(ctx, s.store.read, s.store.dialect, set.Schema(), sqldb.Options{Needs: set.Needs(), Zone: zone})
	if err != nil {
		return nil, err
	}
	return &rules{set, data, load}, nil
}

func refused(err error) error {
	return &problem{Status: http.StatusUnprocessableEntity, Detail: "The rules are refused: " + err.Error()}
}

// reload replaces the rules by those in the files, and requests that all leads are
// scored with them. If it refuses the new rules, the old ones stay in use. Requests
// continue meanwhile: each keeps the rules that it began with. Several reloads do not
// wait for each other.
func (s *service) reload(ctx context.Context) (*rules, error) {
	loaded, err := s.loadRules(ctx)
	if err != nil {
		if problemOf(err).Status == http.StatusUnprocessableEntity {
			s.metrics.Add("rule_loads_refused", 1)
		} else {
			s.metrics.Add("rule_loads_failed", 1)
		}
		return nil, err
	}
	loaded = s.replace(loaded)
	s.metrics.Add("rule_loads_loaded", 1)
	select {
	case s.rescore <- struct{}{}:
	default: // it has been requested already
	}
	return loaded, nil
}

// replace puts rules into use and returns those in use. Rules that a later load has
// read stay: these files are newer.
func (s *service) replace(loaded *rules) *rules {
	s.replacing.Lock()
	defer s.replacing.Unlock()
	if now := s.rules.Load(); now != nil && now.load > loaded.load {
		return now
	}
	s.rules.Store(loaded)
	return loaded
}

func (r *rules) model(name string) *leadscore.Model {
	for _, m := range r.set.Models() {
		if m.Name() == name {
			return m
		}
	}
	return nil
}

// keepScores scores all leads after each period, because scores change with time,
// and each time that rules have been loaded. After a failure it tries again, with
// pauses that grow from a second to a minute. It returns when ctx is done.
func (s *service) keepScores(ctx context.Context, period time.Duration) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	var again <-chan time.Time // after a failure
	pause := time.Second
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.rescore:
		case <-again:
		}
		err := s.scoreAll(ctx)
		if err == nil || ctx.Err() != nil {
			again, pause = nil, time.Second
			continue
		}
		s.log.Error("scoring all leads", "error", err, "again_after", pause.String())
		again, pause = time.After(pause), min(2*pause, time.Minute)
	}
}

// scoreAll stores the scores of all leads, and deletes those of leads that no longer exist.
func (s *service) scoreAll(ctx context.Context) error {
	began := time.Now()
	number, err := s.store.beginScoring(ctx)
	if err != nil {
		return err
	}
	scored, failed, err := s.score(ctx, number, nil)
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	s.metrics.Add("rescores", 1)
	s.metrics.AddFloat("rescore_seconds", took)
	s.log.Info("scored all leads", "leads", scored, "failed", failed, "seconds", took)
	return s.store.dropOrphans(ctx)
}

// saved is how many leads are written in one transaction. SQLite has one writer
// at a time, and the next must not wait long.
const saved = 256

// score stores the scores of some leads, or of all if ids is nil. Leads that
// cannot be scored keep the scores that are stored; the reason is in the log. An
// outage of the database ends the scoring, because it fails every lead.
//
// The scores of a scoring with a higher number are newer, and stay. The number comes
// before the rules are taken, and the rules before the data is read: a scoring that
// begins after a reload or after a stored interaction sees it, and wins over all
// that may not have seen it.
func (s *service) score(ctx context.Context, number int64, ids []string) (scored, failed int, err error) {
	rules, asOf := s.rules.Load(), s.now()
	stream := rules.data.Leads(ctx)
	if ids != nil {
		stream = leadscore.IDs(ids...)
	}
	var done []leadscore.SetResult
	save := func() error {
		err := s.store.saveScores(ctx, done, asOf, number)
		scored += len(done)
		done = done[:0]
		return err
	}
	for result, err := range rules.set.ScoreAll(ctx, stream, rules.data, leadscore.AsOf(asOf)) {
		if _, alone := errors.AsType[*leadscore.LeadError](err); alone && !isOutage(err) {
			failed++
			s.metrics.Add("failed_leads", 1)
			s.log.ErrorContext(ctx, "a lead cannot be scored", "error", err)
			continue
		}
		if err != nil {
			return scored, failed, err
		}
		if done = append(done, result); len(done) == saved {
			if err := save(); err != nil {
				return scored, failed, err
			}
		}
	}
	return scored, failed, save()
}
