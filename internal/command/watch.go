package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore/internal/project"
	"github.com/leadscore/leadscore/internal/shown"
)

// watchInterval is the shortest time between two looks at the files of a command that watches
// them. If a look takes long, more time passes: looks take a hundredth of it at most.
const watchInterval = 300 * time.Millisecond

// errWatch is the error of a command that is to be run again and again.
var errWatch = errors.New("to be run again and again")

// watchFlag defines --watch.
func (inv *invocation) watchFlag() {
	inv.watch = inv.flags.Bool("watch", false, "run again whenever one of the files changes, until the command is interrupted")
	inv.checks = append(inv.checks, func() error {
		switch {
		case !*inv.watch:
			return nil
		case *inv.format != "text":
			return badUsage("choose one of --watch and --format %s: what --watch prints is for people", *inv.format)
		case slices.Contains(inv.operands, stdinOperand):
			return badUsage("--watch watches files, and - is standard input")
		case inv.data != nil && inv.data.db != nil:
			return badUsage("choose one of --watch and --database: only files are watched")
		}
		return nil
	})
}

// runAgain runs a command, and again whenever one of its files changes, until ctx is done. inv is an
// invocation of it that has only parsed its arguments.
func (inv *invocation) runAgain(ctx context.Context) int {
	of := inv.files()
	seen := look(of)
	for {
		run := inv.program.newInvocation(inv.streams, inv.command, inv.args)
		run.watching = true
		status := run.conclude(ctx, run.command.run(ctx, run))
		if ctx.Err() != nil || status == statusUsage {
			return status
		}
		fmt.Fprintf(inv.err, "%s %s: exit status %d; waiting for changes\n", inv.program.Name, inv.command.name, status)
		if files := run.files(); !reflect.DeepEqual(files, of) { // the project names others
			seen = rebased(seen, look(of), look(files))
			of = files
		}
		changed, after, err := awaitChange(ctx, of, seen)
		if err != nil {
			return inv.conclude(ctx, err)
		}
		seen = after
		fmt.Fprintf(inv.err, "\n== %s ==\n", changed)
	}
}

// rebased returns the stamps that a command has seen once it watches other files: then and now are
// the stamps, after it has run, of those it watched and of those that it will. What was made or removed
// while it ran is not among what it has seen.
func rebased(seen, then, now map[string]stamp) map[string]stamp {
	seen = maps.Clone(seen)
	for name := range then {
		if _, ok := now[name]; !ok {
			delete(seen, name)
		}
	}
	for name, s := range now {
		if _, ok := then[name]; !ok {
			seen[name] = s
		}
	}
	return seen
}

// watched are the files that a command depends on.
type watched struct {
	rules   []string // rule files, project files, and folders with them
	other   []string // other files, and folders of which all files count
	project string   // the folder of a project whose rule files count, whatever their names; or ""
}

// files returns the files that the command of inv depends on.
func (inv *invocation) files() watched {
	w := watched{rules: slices.Clone(inv.operands)}
	for i, name := range w.rules {
		if project.IsFile(name) {
			w.rules[i] = filepath.Dir(name)
		}
	}
	if len(w.rules) == 1 {
		w.project = w.rules[0]
	}
	for _, name := range []string{"schema", "data", "mapping"} {
		if f := inv.flags.Lookup(name); f != nil && f.Value.String() != "" {
			w.other = append(w.other, f.Value.String())
		}
	}
	return w
}

// A stamp tells a version of a file from others.
type stamp struct {
	size    int64
	written time.Time
}

// look returns the stamps of files by their names. A file that is not there has none.
func look(w watched) map[string]stamp {
	stamps := map[string]stamp{}
	other := w.other
	if p, err := project.In(w.project); err == nil && w.project != "" {
		other = slices.Concat(other, p.Rules)
	}
	for i, given := range slices.Concat(w.rules, other) {
		root, err := filepath.EvalSymlinks(given) // WalkDir does not follow a link
		if err != nil {
			continue
		}
		_ = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // what cannot be read has no stamp
			case name != root && strings.HasPrefix(entry.Name(), "."):
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			case entry.IsDir() || i < len(w.rules) && name != root && filepath.Ext(name) != ".score" && !project.IsFile(name):
				return nil
			}
			if info, err := os.Stat(name); err == nil {
				within, _ := filepath.Rel(root, name) // which is below it
				stamps[filepath.Join(given, within)] = stamp{info.Size(), info.ModTime()}
			}
			return nil
		})
	}
	return stamps
}

// awaitChange waits until files have other stamps than before and do not change any more. It
// returns what has changed, for people, and the new stamps. It fails if ctx is done.
func awaitChange(ctx context.Context, w watched, before map[string]stamp) (string, map[string]stamp, error) {
	last := before
	for {
		began := time.Now()
		now := look(w)
		if !maps.Equal(now, before) && maps.Equal(now, last) {
			return changeBetween(before, now), now, nil
		}
		last = now
		timer := time.NewTimer(max(watchInterval, 100*time.Since(began)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return "", nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// changeBetween says which files differ, such as "a.score and b.score changed".
func changeBetween(before, now map[string]stamp) string {
	const most = 4
	names := map[string]bool{}
	for name, s := range before {
		if now[name] != s {
			names[name] = true
		}
	}
	for name := range now {
		if _, ok := before[name]; !ok {
			names[name] = true
		}
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, shown.Printable(name))
	}
	if len(list) > most {
		list = append(list[:most-1], fmt.Sprintf("%d others", len(list)-most+1))
	}
	if last := len(list) - 1; last > 0 {
		return strings.Join(list[:last], ", ") + " and " + list[last] + " changed"
	}
	return list[0] + " changed"
}
