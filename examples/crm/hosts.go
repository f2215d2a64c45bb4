package main

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Hosts is a flag that can be repeated: names that clients may call the service by.
type hosts []string

func (h *hosts) Set(text string) error {
	name := hostName(text)
	if name == "" || strings.ContainsAny(name, "/: ") && !isIP(name) || !strings.EqualFold(strings.Trim(text, "[]"), name) {
		return fmt.Errorf("%q is not a host name; write it without http:// and without a port, such as crm.example.com", text)
	}
	*h = append(*h, name)
	return nil
}

func (h *hosts) String() string {
	if h == nil {
		return ""
	}
	return strings.Join(*h, ",")
}

// hostName returns the name in the header Host, without the port.
func hostName(header string) string {
	name := header
	if host, _, err := net.SplitHostPort(header); err == nil {
		name = host
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

func isIP(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// isLoopback reports whether only programs on this machine reach an address.
func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// checkHost refuses requests that are meant for another host: a page of another site
// can have its own name lead to this machine, and so would get at a service that
// listens at localhost (DNS rebinding). A service that listens elsewhere is called
// by names that it cannot know, so all are allowed unless some are given.
func checkHost(listens net.Addr, given hosts, h http.Handler) http.Handler {
	allowed := append(hosts{"localhost", "127.0.0.1", "::1"}, given...)
	if tcp, ok := listens.(*net.TCPAddr); ok {
		allowed = append(allowed, tcp.IP.String())
	}
	if len(given) == 0 && !isLoopback(listens) {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(allowed, hostName(r.Host)) {
			answerProblem(w, &problem{Status: http.StatusMisdirectedRequest,
				Detail: fmt.Sprintf("The service does not answer for the host %q. The flag -host allows another name.", r.Host)})
			return
		}
		h.ServeHTTP(w, r)
	})
}
