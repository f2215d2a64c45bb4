package docsite

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// repository is where the files of the project that are not on the site can be read.
const repository = "https://github.com/leadscore/leadscore"

// A resolver finds what links of documents lead to.
type resolver struct {
	root  fs.FS
	docs  []*document
	files map[string][]byte // of the site; images and schemas are added
}

// resolve gives the links and images of a document the addresses that they have on the site.
func (r *resolver) resolve(d *document) error {
	var problems []error
	err := ast.Walk(d.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var to *[]byte
		switch n := n.(type) {
		case *ast.Link:
			to = &n.Destination
		case *ast.Image:
			to = &n.Destination
		default:
			return ast.WalkContinue, nil
		}
		_, isImage := n.(*ast.Image)
		address, err := r.address(d, string(*to), isImage)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: the link %s: %w", d.file, *to, err))
		}
		*to = []byte(address)
		return ast.WalkContinue, nil
	})
	return errors.Join(append(problems, err)...)
}

// address returns the address on the site of what a document links to.
func (r *resolver) address(d *document, to string, isImage bool) (string, error) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		return to, err
	case u.IsAbs() && isImage:
		return to, errors.New("an image must be a file of the project")
	case u.Scheme == "https", u.Scheme == "http":
		return to, nil
	case u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/"):
		return to, errors.New("it is neither a path from the document nor an address of the web")
	case u.Path == "":
		return to, anchorIn(d, u.Fragment)
	}
	file := path.Join(path.Dir(d.file), u.Path)
	for _, other := range r.docs {
		if other.file != file {
			continue
		}
		u.Path = other.url
		return u.String(), anchorIn(other, u.Fragment)
	}
	info, err := fs.Stat(r.root, file)
	switch {
	case err != nil:
		return to, err
	case u.Fragment != "" && path.Ext(file) == ".md":
		return r.outside(file, u.Fragment)
	case u.Fragment != "":
		return to, errors.New("it leads into a file that is no page")
	case isImage || path.Dir(file) == "docs":
		name := path.Base(file)
		if isImage {
			name = strings.ReplaceAll(file, "/", "-")
		}
		r.files[name], err = fs.ReadFile(r.root, file)
		return name, err
	case info.IsDir():
		return repository + "/tree/main/" + file, nil
	}
	return repository + "/blob/main/" + file, nil
}

// outside returns the address of a heading of a document that is not on the site.
func (r *resolver) outside(file, id string) (string, error) {
	address := repository + "/blob/main/" + file + "#" + id
	text, err := fs.ReadFile(r.root, file)
	if err != nil {
		return address, err
	}
	d := &document{file: file, text: text}
	_ = d.parse() // whatever else is wrong with it is no matter of the site
	return address, anchorIn(d, id)
}

// anchorIn returns an error if a document has no heading with an id that is not empty.
func anchorIn(d *document, id string) error {
	if id == "" || d.has(id) {
		return nil
	}
	return fmt.Errorf("%s has no heading %q", d.file, id)
}
