package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serveVariable makes the test program a service: its arguments are the flags.
const serveVariable = "CRM_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) != "" {
		stopInWindow()
		stopInPublication()
		main()
		return
	}
	os.Exit(m.Run())
}

// A process is a service in a process of its own, which can be killed.
type process struct {
	url     string
	command *exec.Cmd
}

func startProcess(t *testing.T, flags ...string) process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, append([]string{"-addr", "127.0.0.1:0"}, flags...)...)
	c.Env = append(os.Environ(), serveVariable+"=1")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{command: c}
	var all strings.Builder
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			p.url = "http://" + line.Address
			break
		}
	}
	if p.url == "" {
		t.Fatalf("the service does not start: %v\n%s", c.Wait(), &all)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	return p
}

// kill ends the process with SIGKILL.
func (p process) kill(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.command.Wait() // it was killed
}

// A post is the id of an interaction and its contact.
type post struct{ id, contact string }

// A client posts interactions, and again those that were not acknowledged.
type client struct {
	name         string
	contacts, n  int
	rand         *rand.Rand
	doubtful     []post
	acknowledged map[string]bool
	answers      map[int]*atomic.Int64 // by status
}

func newClients(n, contacts int) (list []*client) {
	for i := range n {
		list = append(list, &client{
			name: fmt.Sprintf("client-%d", i), contacts: contacts, acknowledged: map[string]bool{},
			answers: map[int]*atomic.Int64{200: {}, 201: {}, 503: {}},
			rand:    rand.New(rand.NewPCG(1, uint64(i))),
		})
	}
	return list
}

// post posts until a request fails or ended returns true. It returns the first
// answer that is neither an acknowledgement nor allowed.
func (c *client) post(url string, ended func() bool, allowed ...int) error {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	h := http.Client{Transport: transport, Timeout: time.Minute}
	for !ended() {
		if len(c.doubtful) == 0 {
			c.n++
			c.doubtful = append(c.doubtful, post{fmt.Sprintf("%s-%d", c.name, c.n), contactID(c.rand.IntN(c.contacts))})
		}
		next := c.doubtful[0]
		kind := []string{"EmailOpened", "EmailClicked"}[next.id[len(next.id)-1]%2] // by the last digit
		response, err := h.Post(url+"/interactions/"+kind, "application/json", strings.NewReader(opened(next.id, next.contact)))
		if err != nil {
			return nil // the service is gone
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if n := c.answers[response.StatusCode]; n != nil {
			n.Add(1)
		}
		switch s := response.StatusCode; {
		case s == 200 || s == 201:
			c.acknowledged[next.id] = true
			c.doubtful = c.doubtful[1:]
		case !slices.Contains(allowed, s):
			return fmt.Errorf("%s: %d %s", next.id, s, body)
		case s == 503 && response.Header.Get("Retry-After") == "":
			return fmt.Errorf("%s: %d without Retry-After", next.id, s)
		default:
			time.Sleep(5 * time.Millisecond)
		}
	}
	return nil
}

// answered returns how many posts were answered with a status.
func answered(clients []*client, status int) (n int64) {
	for _, c := range clients {
		n += c.answers[status].Load()
	}
	return n
}

// more waits until clients have had some more answers with a status.
func more(t *testing.T, clients []*client, status int, n int64) {
	t.Helper()
	before := answered(clients, status)
	eventually(t, strconv.Itoa(status)+" is answered", func() bool { return t.Failed() || answered(clients, status) >= before+n })
}

// checkKept checks that every acknowledged interaction is in the database, and that
// the scores after a scoring of all leads equal those of a scoring from nothing.
func checkKept(t *testing.T, flags []string, clients []*client) {
	t.Helper()
	db := openStore(t, flags)
	defer db.close()
	checkAcknowledged(t, db, clients)
	s := newTestService(t, flags, db)
	scored := func() map[string]string {
		if err := s.scoreAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		return storedScores(t, db)
	}
	kept := scored()
	if _, err := db.write.Exec("DELETE FROM score"); err != nil {
		t.Fatal(err)
	}
	if fresh := scored(); !maps.Equal(kept, fresh) || len(fresh) == 0 {
		t.Errorf("the stored scores %v\nare not those of a scoring from nothing %v", kept, fresh)
	}
}

// checkAcknowledged checks that every acknowledged interaction is in the database.
func checkAcknowledged(t *testing.T, db *store, clients []*client) {
	t.Helper()
	here := map[string]bool{}
	rows, err := db.read.Query("SELECT id FROM interaction")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		here[id] = true
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		for id := range c.acknowledged {
			if !here[id] {
				t.Errorf("%s was acknowledged and is lost", id)
			}
		}
	}
}

// newTestService returns a service that does not listen.
func newTestService(t *testing.T, flags []string, db *store) *service {
	t.Helper()
	c, err := parseFlags(flags, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newService(t.Context(), c, newLogger(&log{}), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// storedScores returns what table score holds of each lead and model.
func storedScores(t *testing.T, db *store) map[string]string {
	t.Helper()
	rows, err := db.read.Query("SELECT model, lead_id, score, grade, sales_ready FROM score")
	if err != nil {
		t.Fatal(err)
	}
	scores := map[string]string{}
	for rows.Next() {
		var model, lead, grade string
		var score int64
		var ready bool
		if err := rows.Scan(&model, &lead, &score, &grade, &ready); err != nil {
			t.Fatal(err)
		}
		scores[model+" "+lead] = fmt.Sprint(score, grade, ready)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scores
}

// killsVariable says how often TestKill kills the service.
const killsVariable = "LEADSCORE_KILLS"

// TestKill kills the service again and again while clients post, and somebody publishes
// versions of the rules and stops a model. What it has acknowledged is there afterwards, and
// the rules that are live are those of the last step.
func TestKill(t *testing.T) {
	kills := 3
	if text := os.Getenv(killsVariable); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killsVariable, err)
		}
	}
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		const contacts = 20
		flags := append(append(open(t), fixed...), "-seed", strconv.Itoa(contacts))
		clients := newClients(4, contacts)
		author := &publisher{}
		moments := rand.New(rand.NewPCG(2, 3))
		for kill := range kills {
			p := startProcess(t, flags...)
			var all sync.WaitGroup
			for _, c := range clients {
				all.Go(func() {
					if err := c.post(p.url, func() bool { return false }); err != nil {
						t.Error(err)
					}
				})
			}
			all.Go(func() {
				if err := author.publish(p.url); err != nil {
					t.Error(err)
				}
			})
			if kill == 0 { // a busy machine may kill all others before
				more(t, clients, 201, 1)
				eventually(t, "a step with rules is acknowledged", func() bool { return t.Failed() || author.steps.Load() > 0 })
			}
			time.Sleep(time.Duration(moments.IntN(300)) * time.Millisecond)
			p.kill(t)
			all.Wait()
			author.check(t, flags)
			if checkKept(t, flags, clients); t.Failed() {
				return
			}
		}
		n, doubtful := 0, 0
		for _, c := range clients {
			n += len(c.acknowledged)
			doubtful += len(c.doubtful)
		}
		t.Logf("%d kills: %d interactions were acknowledged, %d are in doubt; %d steps with rules were acknowledged", kills, n, doubtful, author.steps.Load())
		if n == 0 {
			t.Error("no interaction was acknowledged")
		}
		p := startProcess(t, flags...) // which has scored none of what is in doubt
		for _, c := range clients {
			if err := c.post(p.url, func() bool { return len(c.doubtful) == 0 }); err != nil || len(c.doubtful) > 0 {
				t.Errorf("%v is not stored when it is posted again: %v", c.doubtful, err)
			}
		}
		p.kill(t)
		checkKept(t, flags, clients)
	})
}
