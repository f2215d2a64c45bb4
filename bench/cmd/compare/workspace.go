package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
)

// A workspace holds two commits, checked out below a temporary folder.
//
// Both should be measured by the same code: the same data, models, hand-written
// side and clock. So the bench folder of NEW takes the place of OLD's, with the
// library of OLD, to which its go.mod leads by a path. That fails if the API that
// it uses has changed. Then OLD is measured by its own bench folder, in which only
// cmd/table is NEW's, as OLD's may not write JSON; the workspace's note says so,
// and lists what differs in the bench folder, for a person to judge. A change of
// the data, the models or the hand-written code makes the ratios incomparable.
type workspace struct {
	repository string // its root folder
	dir        string // the temporary folder
	old, new   commit
	note       string // which bench folder measures OLD
	log        io.Writer
}

// A commit is a commit and where it is checked out.
type commit struct {
	hash, title, dir string
}

// The programs that are compared.
const (
	oldBuild   = iota
	otherBuild // of OLD, with its functions in another order
	newBuild
	builds
)

// newWorkspace checks two commits out of the repository around a folder. Whoever
// calls it calls close in the end.
func newWorkspace(ctx context.Context, dir, old, new string, log io.Writer) (*workspace, error) {
	root, err := output(ctx, dir, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	w := &workspace{repository: root, dir: temporary, log: log}
	if w.old, err = w.checkOut(ctx, "old", old); err == nil {
		w.new, err = w.checkOut(ctx, "new", new)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// checkOut checks a commit out into a folder of that name.
func (w *workspace) checkOut(ctx context.Context, name, revision string) (commit, error) {
	hash, err := output(ctx, w.repository, "git", "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return commit{}, err
	}
	title, err := output(ctx, w.repository, "git", "log", "-1", "--format=%h %s", hash)
	if err != nil {
		return commit{}, err
	}
	c := commit{hash, title, filepath.Join(w.dir, name)}
	_, err = output(ctx, w.repository, "git", "worktree", "add", "--quiet", "--detach", c.dir, hash)
	return c, err
}

// close removes the files that newWorkspace and build made.
func (w *workspace) close() error {
	var all []error
	for _, name := range []string{"old", "new"} {
		dir := filepath.Join(w.dir, name)
		if _, err := os.Stat(dir); err == nil {
			_, err = output(context.Background(), w.repository, "git", "worktree", "remove", "--force", dir)
			all = append(all, err)
		}
	}
	return errors.Join(append(all, os.RemoveAll(w.dir))...)
}

// build builds the table command and returns its programs, by build.
//
// The same source gives the same program, byte for byte. But a change anywhere in
// a program moves all functions after it, and some loops are faster in one place
// than in another. So the second build of OLD has its functions in a random order,
// and the difference between two builds of one commit includes this effect.
func (w *workspace) build(ctx context.Context) ([]string, error) {
	programs := make([]string, builds)
	for i, name := range []string{"old", "other", "new"} {
		programs[i] = filepath.Join(w.dir, name+".exe")
	}
	fmt.Fprintln(w.log, "building the table command of both commits")
	if err := compile(ctx, w.new, programs[newBuild]); err != nil {
		return nil, err
	}
	if err := w.buildOld(ctx, programs[oldBuild]); err != nil {
		return nil, err
	}
	return programs, compile(ctx, w.old, programs[otherBuild], "-ldflags=-randlayout=1")
}

// buildOld builds the table command with the library of OLD, measured by the bench
// folder of NEW if they fit together.
func (w *workspace) buildOld(ctx context.Context, program string) error {
	if err := replace(filepath.Join(w.old.dir, "bench"), filepath.Join(w.new.dir, "bench")); err != nil {
		return err
	}
	if err := w.completeOld(); err != nil {
		return err
	}
	first := compile(ctx, w.old, program)
	if first == nil {
		w.note = "Both are measured by the bench folder of new."
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := os.RemoveAll(filepath.Join(w.old.dir, "bench")); err != nil {
		return err
	}
	if _, err := output(ctx, w.old.dir, "git", "checkout", "--quiet", w.old.hash, "--", "bench"); err != nil {
		return err
	}
	command := filepath.Join("bench", "cmd", "table")
	if err := replace(filepath.Join(w.old.dir, command), filepath.Join(w.new.dir, command)); err != nil {
		return err
	}
	if err := compile(ctx, w.old, program); err != nil {
		return fmt.Errorf("the library of %s fits neither the bench folder of new (%w) nor, with cmd/table of new, its own (%w)", w.old.title, first, err)
	}
	differ, err := output(ctx, w.repository, "git", "diff", "--stat=100", w.old.hash, w.new.hash, "--", "bench/internal")
	if err != nil {
		return err
	}
	w.note = "Each is measured by its own bench folder, as the library of old does not fit that of new."
	if differ != "" {
		w.note += " These differ in:\n\n" + differ + "\n"
	}
	return nil
}

// completeOld gives OLD the modules that the bench folder of NEW requires and OLD lacks.
// The table command holds nothing of them, but it is not built without their go.mod.
func (w *workspace) completeOld() error {
	text, err := os.ReadFile(filepath.Join(w.new.dir, "bench", "go.mod"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		_, name, found := strings.Cut(line, "=> ../")
		if !found {
			continue
		}
		name = strings.TrimSpace(name)
		_, err := os.Stat(filepath.Join(w.old.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			err = replace(filepath.Join(w.old.dir, name), filepath.Join(w.new.dir, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replace makes a folder a copy of another one.
func replace(dir, by string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.CopyFS(dir, os.DirFS(by))
}

// compile builds the table command of a commit's bench folder, with the go.work
// and the go.mod files that are checked out.
func compile(ctx context.Context, c commit, program string, flags ...string) error {
	args := append([]string{"build", "-buildvcs=false", "-o", program}, flags...)
	_, err := output(ctx, filepath.Join(c.dir, "bench"), "go", append(args, "./cmd/table")...)
	return err
}

// measure runs a program and returns the rows that it prints.
func measure(ctx context.Context, program string, args []string) ([]row.Row, error) {
	text, err := output(ctx, filepath.Dir(program), program, args...)
	if err != nil {
		return nil, err
	}
	return row.Read(strings.NewReader(text))
}

// output runs a command in a folder and returns what it prints, without space
// around it. An error holds what it printed to the standard error.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	var out, problems bytes.Buffer
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOWORK=")
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), args[0], err, strings.TrimSpace(problems.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
