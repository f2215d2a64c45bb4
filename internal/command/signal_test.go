//go:build unix

package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain runs the command instead of the tests in processes that tests start.
func TestMain(m *testing.M) {
	if os.Getenv("LEADSCORE_TEST_AS_COMMAND") != "" {
		os.Exit(leadscoreCommand.Main())
	}
	m.Run()
}

// start starts the command as a process of its own, which is killed after a minute,
// and so fails its test.
func start(t *testing.T, stdout, stderr io.Writer, args ...string) (*exec.Cmd, io.WriteCloser) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Env = append(os.Environ(), "LEADSCORE_TEST_AS_COMMAND=1")
	cmd.Stdout, cmd.Stderr = stdout, stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin
}

// comments is rules that do not fit into a pipe: who has written them all knows that
// some have been read.
var comments = strings.Repeat("// a comment\n", 100_000)

// A command that waits for its standard input ends at the first signal.
func TestInterruptOfStandardInput(t *testing.T) {
	for _, args := range []string{"fmt", "check -", "test -", "score --data data -"} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			var errs bytes.Buffer
			words := strings.Fields(args)
			cmd, stdin := start(t, io.Discard, &errs, words...)
			if _, err := io.WriteString(stdin, comments); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			if cmd.ProcessState.ExitCode() != statusInterrupted || errs.String() != "leadscore "+words[0]+": interrupted\n" {
				t.Errorf("%s: %v: %v, %q", args, signal, err, errs.String())
			}
		}
	}
}

// The second signal ends a command that cannot even print: here, as nobody reads
// what it has printed.
func TestSecondInterrupt(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd, stdin := start(t, w, io.Discard, "fmt")
	if _, err := io.WriteString(stdin, comments); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(stdin.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	// It is printing. The first signal makes the next one end it, a moment later.
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for running := true; running; {
		_ = cmd.Process.Signal(os.Interrupt) // fails if it has just ended
		select {
		case err = <-ended:
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("ended by %v", err)
	}
}
