// Command mutate makes one change at a time to the source of packages and runs the
// tests that should fail. A change with which all tests pass, a survivor, either does
// not change the meaning or shows something that no test covers.
//
//	go run ./internal/mutate -n 50 ./eval ./eval/check ./traverse
//
// It does not change the source files: go test -overlay replaces them. For every
// mutant it runs the tests of the mutant's package first, then those of -with, until
// one fails. Without a change all tests must pass.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type config struct {
	with    []string // packages whose tests run after those of the mutant's own
	skip    string
	checks  int
	timeout time.Duration
}

func main() {
	var c config
	n := flag.Int("n", 0, "number of mutants to try, of those that compile; 0 means all")
	seed := flag.Uint64("seed", 1, "seed for the choice of mutants")
	at := flag.String("at", "", "try only mutants at these places: file:line, separated by commas")
	list := flag.Bool("list", false, "list the mutants instead of trying them")
	with := flag.String("with", "./internal/reference,./internal/conformance,./internal/enginetest,.", "packages whose tests run for every mutant, besides its own")
	flag.StringVar(&c.skip, "skip", "", "tests to skip, as with go test -skip")
	flag.IntVar(&c.checks, "checks", 30, "number of cases for each property")
	flag.DurationVar(&c.timeout, "timeout", time.Minute, "time limit for the tests of one package; exceeding it counts as failing")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./internal/mutate [flags] ./package …")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	c.with = strings.FieldsFunc(*with, func(r rune) bool { return r == ',' })
	if err := run(c, flag.Args(), *n, *seed, *at, *list); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(c config, packages []string, n int, seed uint64, at string, listOnly bool) error {
	all, err := collect(packages)
	if err != nil {
		return err
	}
	if at != "" {
		places := strings.Split(at, ",")
		all = slices.DeleteFunc(all, func(m mutant) bool {
			return !slices.Contains(places, fmt.Sprintf("%s:%d", filepath.ToSlash(m.file), m.line))
		})
	}
	if n <= 0 {
		n = len(all)
	} else {
		random := rand.New(rand.NewPCG(seed, 0))
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	if listOnly {
		for _, m := range all[:min(n, len(all))] {
			fmt.Println(m.String())
		}
		return nil
	}
	for _, p := range packages {
		if name, failed := c.notice(p, ""); failed {
			return fmt.Errorf("the tests of %s fail without any change", name)
		}
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tried, broken := 0, 0
	var survivors []mutant
	for _, m := range all {
		if tried == n {
			break
		}
		overlay, err := m.write(dir)
		if err != nil {
			return err
		}
		own := "./" + filepath.ToSlash(filepath.Dir(m.file))
		if exec.Command("go", "build", "-overlay", overlay, own).Run() != nil {
			broken++
			continue
		}
		tried++
		name, failed := c.notice(own, overlay)
		if !failed {
			survivors = append(survivors, m)
			name = "no test"
		}
		fmt.Printf("%4d %s: noticed by %s\n", tried, m.String(), name)
	}
	if tried == 0 {
		return fmt.Errorf("no mutant compiles")
	}
	fmt.Printf("\n%d mutants of %d places, %d more did not compile: %d noticed, %d survived, score %.1f %%\n",
		tried, len(all), broken, tried-len(survivors), len(survivors), 100*float64(tried-len(survivors))/float64(tried))
	for _, m := range survivors {
		fmt.Println("survived:", m.String())
	}
	return nil
}

// collect returns the mutants of all files of packages.
func collect(packages []string) ([]mutant, error) {
	var all []mutant
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(p, "*.go"))
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			list, err := mutants(name, source)
			if err != nil {
				return nil, err
			}
			all = append(all, list...)
		}
		if len(all) == before {
			return nil, fmt.Errorf("there is nothing to change in %s", p)
		}
	}
	return all, nil
}

func (m *mutant) String() string {
	return fmt.Sprintf("%s:%d: %s", filepath.ToSlash(m.file), m.line, m.what)
}

// write writes the changed file, and returns the name of an overlay that uses it.
func (m *mutant) write(dir string) (string, error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, m.apply(source), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// notice runs the tests for a package, and returns the first package whose tests
// fail.
func (c *config) notice(own, overlay string) (string, bool) {
	tests := []string{own}
	for _, p := range c.with {
		if p != own {
			tests = append(tests, p)
		}
	}
	for _, p := range tests {
		args := []string{"test", "-vet=off", "-failfast", "-timeout", c.timeout.String()}
		if overlay != "" {
			args = append(args, "-overlay", overlay)
		}
		if c.skip != "" {
			args = append(args, "-skip", c.skip)
		}
		// go test has a timeout of its own; this one is for when that does not work.
		ctx, cancel := context.WithTimeout(context.Background(), c.timeout+time.Minute)
		var out bytes.Buffer
		test := exec.CommandContext(ctx, "go", append(args, p)...)
		test.Env = append(os.Environ(), fmt.Sprintf("RAPID_CHECKS=%d", c.checks), "RAPID_NOFAILFILE=true")
		test.Stdout, test.Stderr = &out, &out
		err := test.Run()
		cancel()
		if err != nil {
			if overlay == "" {
				os.Stderr.Write(out.Bytes())
			}
			return p, true
		}
	}
	return "", false
}
