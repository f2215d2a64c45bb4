package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/registry"
	"github.com/leadscore/leadscore/registry/sqlstore"
	"github.com/leadscore/leadscore/source/sqldb"
)

// logOf returns the log of the versions of rules. It is a variable for a test that stops in
// the middle of a publication.
var logOf = func(s *store) registry.Store {
	return marked{sqlstore.New(s.write, sqlstore.Options{Read: s.read})}
}

// openRegistry reads which version of the rules is live. unusable is the error of one that
// cannot be used any more, as the database lacks something, for example: another one may
// be published.
func (s *service) openRegistry(ctx context.Context) (unusable, err error) {
	s.registry, err = registry.Open(ctx, logOf(s.store), leadscore.StandardSchema(), registry.Options{
		Prepare: s.prepare, Changed: func(*registry.Live) { s.requestRescore() }, Now: s.now,
	})
	if live, ok := errors.AsType[*registry.LiveError](err); ok {
		return live, nil
	}
	return nil, err
}

// A marked store marks where a step with the rules is committed.
type marked struct{ registry.Store }

func (m marked) Append(ctx context.Context, number int64, entry []byte) error {
	mark("publication, before the commit")
	mark("publication, within the commit")
	err := m.Store.Append(ctx, number, entry)
	mark("publication, after the commit")
	return err
}

// prepare returns the data as the schema of a set sees it. The reasons against a set are
// what it needs and the database does not have.
func (s *service) prepare(ctx context.Context, set *leadscore.Set) (any, error) {
	if reasons := assignable(set); reasons != nil {
		return nil, reasons
	}
	zone, _ := set.Zone() // nil, and so UTC, if the models differ
	data, err := sqldb.Open(ctx, s.store.read, s.store.dialect, set.Schema(), sqldb.Options{Needs: set.Needs(), Zone: zone})
	problems, ok := errors.AsType[sqldb.Problems](err)
	if !ok {
		return data, err
	}
	var reasons registry.Reasons
	for _, p := range problems {
		message := p.Message
		if p.Nearest != "" {
			message += "; did you mean " + p.Nearest + "?"
		}
		subject := strings.TrimSuffix(p.Entity+"."+p.Field, ".") // or the entity as a whole
		reasons = append(reasons, registry.Reason{Kind: registry.KindProgram, Subject: subject, Message: message})
	}
	return nil, reasons
}

// dataOf returns the data that a version scores.
func dataOf(live *registry.Live) *sqldb.Source { return live.Prepared.(*sqldb.Source) }

// modelOf returns a model of a version, or nil.
func modelOf(live *registry.Live, name string) *leadscore.Model {
	for _, m := range live.Set.Models() {
		if m.Name() == name {
			return m
		}
	}
	return nil
}

// folderAuthor is who drafts and publishes the rule files of the folder.
const folderAuthor = "the folder of rules"

// reload publishes the rule files of the folder, as a version whose name says what they
// hold, unless that is live. If the version is refused, the live one stays in use. Requests
// continue meanwhile: each keeps the version that it began with. Reloads take turns, so that
// of those that overlap the one that reads last wins.
func (s *service) reload(ctx context.Context) error { return s.counted(s.publishFolder(ctx, true)) }

// loadAtStart opens the registry and publishes the rule files of the folder if they are new.
func (s *service) loadAtStart(ctx context.Context) error {
	unusable, err := s.openRegistry(ctx)
	if err != nil {
		return err
	}
	if err := s.counted(s.publishFolder(ctx, false)); err != nil {
		return errors.Join(err, unusable)
	}
	if unusable != nil {
		s.log.Warn("another version of the rules has been published", "error", unusable)
	}
	return nil
}

// counted counts a load of rules in the metrics, and returns its error.
func (s *service) counted(err error) error {
	switch {
	case err == nil:
		s.metrics.Add("rule_loads_loaded", 1)
	case problemOf(err).Status == http.StatusUnprocessableEntity:
		s.metrics.Add("rule_loads_refused", 1)
	default:
		s.metrics.Add("rule_loads_failed", 1)
	}
	return err
}

// publishFolder drafts the rule files and publishes them. A version that has been drafted
// before is published only if again is set, or if nothing is live: when the service starts,
// the folder must not undo what has been published since.
func (s *service) publishFolder(ctx context.Context, again bool) error {
	select {
	case s.reloading <- struct{}{}:
		defer func() { <-s.reloading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	files, err := readRules(ctx, s.folder)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return refused(err) // files that are missing or cannot be read
	}
	name, err := nameOf(files)
	if err != nil {
		return err
	}
	if !again && s.registry.Live() != nil {
		switch _, err := s.registry.Version(ctx, name); {
		case err == nil:
			return nil
		case !errors.Is(err, registry.ErrUnknown):
			return err
		}
	}
	if err := s.registry.Draft(ctx, registry.Version{Name: name, Author: folderAuthor, Files: files}); err != nil {
		return err
	}
	_, err = s.registry.Publish(ctx, name, registry.By{Author: folderAuthor}, nil)
	if live := s.registry.Live(); errors.Is(err, registry.ErrConflict) && live != nil && live.Version == name {
		return nil // it is live already
	}
	return err
}

// nameOf returns a name for rule files that is the same for the same files.
func nameOf(files []leadscore.File) (string, error) {
	text, err := json.Marshal(files)
	return fmt.Sprintf("folder-%.6x", sha256.Sum256(text)), err
}

func refused(err error) error {
	return &problem{Status: http.StatusUnprocessableEntity, Detail: "The rules are refused: " + err.Error()}
}

// watchRegistry follows what other services publish in the same database, until ctx is
// done.
func (s *service) watchRegistry(ctx context.Context) {
	const period = 2 * time.Second
	_ = s.registry.Watch(ctx, period, func(err error) {
		s.log.Error("looking for another version of the rules", "error", err)
	})
}

// requestRescore has all leads scored again soon.
func (s *service) requestRescore() {
	select {
	case s.rescore <- struct{}{}:
	default: // it has been requested already
	}
}

// keepScores keeps the stored scores right. It scores a lead when its result changes by
// time alone; all leads each time that another version of the rules is live; and all after
// each period, since other programs may have changed the tables. After a failure it tries
// again, with pauses that grow from a second to a minute. It returns when ctx is done.
func (s *service) keepScores(ctx context.Context, period time.Duration) {
	tick := time.NewTicker(period)
	defer tick.Stop()
	pause := time.Duration(0) // after a failure
	all := false              // leads have to be scored
	for {
		wait := s.untilChange(ctx)
		if pause > 0 {
			wait = pause
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			all = true
		case <-s.rescore:
			all = all || !s.isScored(ctx)
		case <-time.After(wait):
		}
		var err error
		if all {
			err = s.scoreAll(ctx)
		} else {
			_, err = s.scoreDue(ctx)
		}
		if err == nil || ctx.Err() != nil {
			pause, all = 0, false
			continue
		}
		pause = min(max(2*pause, time.Second), time.Minute)
		s.log.Error("scoring leads", "error", err, "again_after", pause.String())
	}
}

// isScored reports whether all leads have been scored by the version of the rules that is
// live: before the service was started, or by another one.
func (s *service) isScored(ctx context.Context) bool {
	number, err := s.store.scoredRules(ctx)
	return err == nil && number == s.registry.Live().Number
}

// scoreAll stores the scores of all leads, and deletes those of leads that no longer exist.
func (s *service) scoreAll(ctx context.Context) error {
	began, rules := time.Now(), s.registry.Live().Number
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
	if err := s.store.dropOrphans(ctx); err != nil {
		return err
	}
	return s.store.setScoredRules(ctx, rules)
}

// saved is how many leads are written in one transaction. SQLite has one writer
// at a time, and the next must not wait long.
const saved = 256

// score stores the scores of some leads, or of all if ids is nil. Leads that
// cannot be scored keep the scores that are stored; the reason is in the log. An
// outage of the database ends the scoring, because it fails every lead.
//
// The scores of a scoring with a higher number are newer, and stay. The number comes
// before the version of the rules is taken, and that before the data is read: a scoring
// that begins after a publication or after a stored interaction sees it, and wins over all
// that may not have seen it.
func (s *service) score(ctx context.Context, number int64, ids []string) (scored, failed int, err error) {
	live, asOf := s.registry.Live(), s.now()
	data := dataOf(live)
	stream := data.Leads(ctx)
	if ids != nil {
		stream = leadscore.IDs(ids...)
	}
	var done []leadscore.SetResult
	save := func() error {
		err := s.store.saveScores(ctx, live.Set, done, asOf, number)
		mark("scores, after the commit")
		s.requestDelivery()
		scored += len(done)
		done = done[:0]
		return err
	}
	for result, err := range live.Set.ScoreAll(ctx, stream, data, leadscore.AsOf(asOf), leadscore.NextChange(asOf.Add(horizon))) {
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
