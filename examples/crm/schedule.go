package main

import (
	"context"
	"time"
)

const (
	// schedulePoll is the longest time after which the scheduler looks for leads to score.
	// A post can bring a change nearer, and a clock can be set.
	schedulePoll = 5 * time.Second
	// postponed is when a lead that cannot be scored is tried again.
	postponed = 15 * time.Minute
)

// untilChange returns how long no lead has to be scored.
func (s *service) untilChange(ctx context.Context) time.Duration {
	due, ok, err := s.store.firstDue(ctx)
	if err != nil || !ok {
		return schedulePoll
	}
	return min(max(time.UnixMicro(due).Sub(s.now()), 10*time.Millisecond), schedulePoll)
}

// scoreDue scores the leads that have to be scored now, and returns how many. All others
// have the scores that are stored, however much time has passed.
func (s *service) scoreDue(ctx context.Context) (scored int, err error) {
	for {
		now := s.now()
		leads, err := s.store.dueLeads(ctx, now, time.Now(), saved)
		if err != nil || len(leads) == 0 {
			return scored, err
		}
		number, err := s.store.beginScoring(ctx)
		if err != nil {
			return scored, err
		}
		n, failed, err := s.score(ctx, number, leads)
		scored += n
		s.metrics.Add("scheduled_leads", int64(n))
		if err != nil {
			return scored, err
		}
		if failed > 0 {
			if err := s.store.postpone(ctx, leads, number, now, now.Add(postponed), time.Now()); err != nil {
				return scored, err
			}
		}
	}
}
