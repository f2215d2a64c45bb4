package command

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
)

// progress shows on a terminal how far a command has come, if it takes longer than
// a second. Its methods are safe for concurrent use.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	text    string
	shown   bool
	done    chan struct{}
	stopped sync.Once
	wait    sync.WaitGroup
}

// startProgress shows progress on s.err if that is a terminal and s.out is not.
func startProgress(s streams) *progress {
	p := &progress{w: s.err, done: make(chan struct{})}
	if isTerminal(s.err) && !isTerminal(s.out) {
		p.wait.Go(p.show)
	}
	return p
}

func (p *progress) show() {
	const first, every = time.Second, 200 * time.Millisecond
	for wait := first; ; wait = every {
		select {
		case <-p.done:
			return
		case <-time.After(wait):
			p.mu.Lock()
			fmt.Fprintf(p.w, "\r\x1b[K%s", p.text)
			p.shown = true
			p.mu.Unlock()
		}
	}
}

// clear removes the progress line from the terminal. The caller holds p.mu.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// say sets the progress line.
func (p *progress) say(text string) {
	p.mu.Lock()
	p.text = text
	p.mu.Unlock()
}

// printf prints lines to p.w without mixing them with the progress line.
func (p *progress) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, format, args...)
}

// stop removes the progress line and shows no more. It may be called repeatedly.
func (p *progress) stop() {
	p.stopped.Do(func() {
		close(p.done)
		p.wait.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
	})
}

// leadFailed reports a lead that cannot be scored, to standard error and, as JSON, to
// the output.
func (inv *invocation) leadFailed(p *progress, bad *leadscore.LeadError) error {
	p.printf("%s %s: %v\n", inv.program.Name, inv.command.name, bad)
	if inv.json == nil {
		return nil
	}
	return inv.json.Line(answer.KeyFailure, answer.FailureOf(bad))
}
