package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A service at localhost answers for the names of this machine and for those that it
// is given; a service that listens elsewhere for all, unless it is given some.
func TestHosts(t *testing.T) {
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	loopback := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	local := []string{"localhost", "localhost:8080", "LocalHost.:8080", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8080"}
	foreign := []string{"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[fe80::1]:80", "", "localhost@evil.example"}
	for _, test := range []struct {
		listens         *net.TCPAddr
		given           hosts
		served, refused []string
	}{
		{loopback, nil, local, foreign},
		{&net.TCPAddr{IP: net.IPv6loopback}, nil, local, foreign},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, nil, append(local, "127.0.0.2:80"), foreign},
		{loopback, hosts{"crm.example.com", "10.0.0.1"}, append(local, "CRM.example.com", "crm.example.com:443", "10.0.0.1:80"), []string{"evil.example", "example.com", ""}},
		{&net.TCPAddr{IP: net.IPv6unspecified}, nil, append(local, foreign...), nil},
		{&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}, hosts{"crm.example.com"}, append(local, "crm.example.com", "10.0.0.1:8080"), []string{"evil.example", ""}},
	} {
		h := checkHost(test.listens, test.given, served)
		for status, names := range map[int][]string{204: test.served, 421: test.refused} {
			for _, name := range names {
				r := httptest.NewRequest("GET", "/models", nil)
				r.Host = name
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != status || status == 421 && !strings.Contains(w.Body.String(), "The flag -host allows another name.") {
					t.Errorf("at %v with -host %v, the host %q is answered %d %s", test.listens, test.given, name, w.Code, w.Body)
				}
			}
		}
	}
}

func TestHostFlag(t *testing.T) {
	c, err := parseFlags([]string{"-host", "CRM.example.com", "-host", "10.0.0.1", "-host", "[fe80::1]"}, &log{})
	if err != nil || c.hosts.String() != "crm.example.com,10.0.0.1,fe80::1" {
		t.Errorf("%v, %v", c.hosts, err)
	}
	for _, text := range []string{"", "http://crm.example.com", "crm.example.com:80", "a b", "crm.example.com/", "[]"} {
		lines := &log{}
		if _, err := parseFlags([]string{"-host", text}, lines); err == nil || !strings.Contains(err.Error(), "is not a host name; write it without http://") {
			t.Errorf("-host %q: %v", text, err)
		}
	}
}

// A service that others reach says so in its log.
func TestListeningElsewhere(t *testing.T) {
	const warning = "the service listens beyond localhost"
	flags := append(append(sqliteFlags(t), fixed...), "-seed", "1")
	s := start(t, flags...)
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/models", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	if response, body := do(t, r); response.StatusCode != 421 || !strings.Contains(body, `\"evil.example\"`) {
		t.Errorf("%v %s", response, body)
	}
	s.stop(t)
	if strings.Contains(s.log.String(), warning) {
		t.Error("it warns at localhost")
	}
	s = start(t, append(flags, "-addr", "0.0.0.0:0")...)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://localhost:" + port
	s.expect(t, "GET", "/models", "", 200)
	s.stop(t)
	if !strings.Contains(s.log.String(), `"level":"WARN","msg":"`+warning) {
		t.Errorf("no warning in %s", s.log)
	}
}
