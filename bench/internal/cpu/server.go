// Package cpu tells how much processor time this process and a database server have
// used. Unlike time on the clock, it is nearly the same on a busy machine as on an
// idle one.
package cpu

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A Server is a database server on this machine: a process, and those that it has started.
type Server struct {
	root string // of the files about processes
	pid  int
}

// StartedBy returns the server that the process with an id has started, which does nothing
// else.
func StartedBy(pid int) *Server { return &Server{"/proc", pid} }

// ServerOf returns the PostgreSQL server of a connection, whose process has that id: the
// process that others were forked from, and these. It fails if there is no such process of
// PostgreSQL on this machine.
func ServerOf(backend int) (*Server, error) { return serverOf("/proc", backend) }

func serverOf(root string, backend int) (*Server, error) {
	p, err := read(root, backend)
	if err != nil {
		return nil, fmt.Errorf("the server does not run on this machine, or not where its processor time can be read: %w", err)
	}
	if !strings.HasPrefix(p.name, "postgres") {
		return nil, fmt.Errorf("the server does not run on this machine: process %d is %s", backend, p.name)
	}
	return &Server{root, p.parent}, nil
}

// Used returns the processor time, of user and system, that the server and all processes
// it ever started have used.
func (s *Server) Used() (time.Duration, error) {
	for {
		before, err := read(s.root, s.pid)
		if err != nil {
			return 0, err
		}
		used := before.own + before.ended
		names, err := filepath.Glob(filepath.Join(s.root, "[0-9]*"))
		if err != nil {
			return 0, err
		}
		for _, name := range names {
			pid, err := strconv.Atoi(filepath.Base(name))
			if err != nil {
				continue
			}
			// A process may end while its file is read.
			if p, err := read(s.root, pid); err == nil && p.parent == s.pid {
				used += p.own + p.ended
			}
		}
		after, err := read(s.root, s.pid)
		if err != nil {
			return 0, err
		}
		if after.ended == before.ended { // no process has been counted twice, or not at all
			return used, nil
		}
	}
}

// A process is what the kernel says of one.
type process struct {
	name       string
	parent     int
	own, ended time.Duration // its own processor time, and that of children that have ended
}

// read reads the file stat of a process. Its fields are in proc_pid_stat(5); the second
// is a name in parentheses, which may hold spaces and parentheses.
func read(root string, pid int) (process, error) {
	text, err := os.ReadFile(filepath.Join(root, strconv.Itoa(pid), "stat"))
	if err != nil {
		return process{}, err
	}
	from, to := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if from < 0 || to < from {
		return process{}, fmt.Errorf("process %d: its state is %q", pid, text)
	}
	fields := strings.Fields(string(text[to+1:])) // from the third on
	numbers := make([]int64, 5)
	for i, field := range []int{4, 14, 15, 16, 17} {
		if field-3 >= len(fields) {
			return process{}, fmt.Errorf("process %d: its state is %q", pid, text)
		}
		if numbers[i], err = strconv.ParseInt(fields[field-3], 10, 64); err != nil {
			return process{}, fmt.Errorf("process %d: %w", pid, err)
		}
	}
	const tick = time.Second / 100 // for programs, whatever the kernel's own is
	return process{
		name: string(text[from+1 : to]), parent: int(numbers[0]),
		own:   time.Duration(numbers[1]+numbers[2]) * tick,
		ended: time.Duration(numbers[3]+numbers[4]) * tick,
	}, nil
}
