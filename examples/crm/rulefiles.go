package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"

	"github.com/leadscore/leadscore"
)

//go:embed rules/*.score
var embedded embed.FS

const (
	maxRuleFile   = 2 << 20  // bytes of a rule file, as many as the language allows
	maxRuleFolder = 16 << 20 // bytes of all rule files
)

// readRules returns the files *.score of a folder, by name, or those in the program if
// folder is empty. It reads regular files only, and so never waits for what a pipe or
// a device may yield, and no more of them than the limits allow. It follows links
// within the folder.
func readRules(ctx context.Context, folder string) ([]leadscore.File, error) {
	if folder == "" {
		return readAll(ctx, embedded, "rules/*.score", embedded.Open)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readAll(ctx, root.FS(), "*.score", func(name string) (fs.File, error) { return openRegular(root, name) })
}

func readAll(ctx context.Context, folder fs.FS, pattern string, open func(name string) (fs.File, error)) ([]leadscore.File, error) {
	names, err := fs.Glob(folder, pattern)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no file matches %s", path.Base(pattern))
	}
	var files []leadscore.File
	total := 0
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := readFile(open, name)
		if err != nil {
			return nil, err
		}
		if total += len(text); total > maxRuleFolder {
			return nil, fmt.Errorf("the rule files have more than %d bytes, all together", maxRuleFolder)
		}
		files = append(files, leadscore.File{Name: path.Base(name), Text: text})
	}
	return files, nil
}

func readFile(open func(name string) (fs.File, error), name string) (string, error) {
	f, err := open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRuleFile+1))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", name, err)
	}
	if len(text) > maxRuleFile {
		return "", errTooLong(name)
	}
	return string(text), nil
}

func errTooLong(name string) error {
	return fmt.Errorf("%s has more than %d bytes; divide it into several files", name, maxRuleFile)
}

// openRegular opens a regular file. It looks at the file before it opens it, because
// opening some devices has effects, and afterwards, because it may be another file by
// then. Opening a pipe does not wait for a writer.
func openRegular(root *os.Root, name string) (fs.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		if link, failed := root.Lstat(name); failed == nil && link.Mode()&fs.ModeSymlink != 0 {
			return nil, fmt.Errorf("%s is a link that leads out of the folder or nowhere; put the file itself into the folder", name)
		}
		return nil, err
	}
	if err := regular(info, name); err != nil {
		return nil, err
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(info, name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// regular returns an error for what is not a file of text, or too long.
func regular(info fs.FileInfo, name string) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("%s is a folder, not a file of rules", name)
	case mode&fs.ModeNamedPipe != 0:
		return fmt.Errorf("%s is a pipe, not a file of rules", name)
	case !mode.IsRegular():
		return fmt.Errorf("%s is a device or a socket, not a file of rules", name)
	case info.Size() > maxRuleFile:
		return errTooLong(name)
	}
	return nil
}
