package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress shows on a terminal how far a command is, once it takes longer than
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

// startProgress begins to show progress on s.err, if that is a terminal and the
// results do not go there as well.
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

// clear takes the progress line off the terminal. The caller holds p.mu.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// say sets what is shown.
func (p *progress) say(text string) {
	p.mu.Lock()
	p.text = text
	p.mu.Unlock()
}

// sayf sets what is shown.
func (p *progress) sayf(format string, args ...any) { p.say(fmt.Sprintf(format, args...)) }

// printf writes lines to where progress is shown, without mixing the two.
func (p *progress) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, format, args...)
}

// stop ends the show. It may be called more than once.
func (p *progress) stop() {
	p.stopped.Do(func() {
		close(p.done)
		p.wait.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clear()
	})
}
