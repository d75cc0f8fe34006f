package aggregator

import (
	"context"
	"time"

	"deskwire/storage"
)

// The bounds of one commit.
const (
	maxRead  = 64      // sources that bring articles
	maxSize  = 4 << 20 // bytes to be written
	maxState = 1024    // sources at all: where nothing changed there is little to write
	maxHeld  = 8 << 20 // bytes of documents that may have to be read again
	// idle is how long a group waits for the next source, hold how long for the commit: nobody should wait for news because
	// somebody else's server is slow.
	idle = 200 * time.Millisecond
	hold = time.Second
)

// A merger gathers what workers made and commits it.
type merger struct {
	*round
	stop func(error) // ends the round
	err  error       // the store's

	group []job
	since time.Time // when the group began
	read  int       // sources of the group that bring articles
	size  int       // bytes that merging will write
	held  int
	done  int                      // sources reported
	parts map[string]*SourceReport // of sources of which documents are still to come
}

// run commits until there are no more jobs.
func (m *merger) run(ctx context.Context) {
	timer := time.NewTimer(hold)
	defer timer.Stop()
	for {
		select {
		case j, ok := <-m.jobs:
			if !ok {
				m.flush(ctx)
				return
			}
			m.add(ctx, j)
			timer.Reset(min(idle, max(time.Until(m.since.Add(hold)), 0)))
		case <-timer.C:
			m.flush(ctx)
		}
	}
}

func (m *merger) add(ctx context.Context, j job) {
	if len(m.group) == 0 {
		m.since = time.Now()
	}
	m.group = append(m.group, j)
	m.size += j.prepared.Size()
	m.held += j.held
	if j.report.Outcome == Read {
		m.read++
	}
	if m.read >= maxRead || m.size >= maxSize || m.held >= maxHeld || len(m.group) >= maxState {
		m.flush(ctx)
	}
}

// flush commits the group.
func (m *merger) flush(ctx context.Context) {
	if len(m.group) == 0 {
		return
	}
	group := m.group
	m.group, m.read, m.size, m.held = nil, 0, 0, 0
	prepared := make([]storage.Prepared, len(group))
	for i := range group {
		prepared[i] = group[i].prepared
	}
	outcomes, err := m.Store.Merge(ctx, prepared)
	if err != nil {
		m.fail(err)
	}
	for i := range group {
		j := &group[i]
		switch {
		case i >= len(outcomes):
			m.tell(j, storage.Outcome{Err: err})
		case outcomes[i].Reparse && j.whole != nil:
			m.again(ctx, j)
		default:
			m.tell(j, outcomes[i])
		}
	}
}

// again merges a document as a whole, of which a part was not enough to go by.
func (m *merger) again(ctx context.Context, j *job) {
	prepared, err := j.whole()
	if err != nil {
		m.tell(j, storage.Outcome{Err: err})
		return
	}
	outcomes, err := m.Store.Merge(ctx, []storage.Prepared{prepared})
	if err != nil {
		m.fail(err)
		m.tell(j, storage.Outcome{Err: err})
		return
	}
	m.tell(j, outcomes[0])
}

// fail ends the round: a store that takes nothing will not take the rest.
func (m *merger) fail(err error) {
	if m.err == nil {
		m.err = err
	}
	m.stop(err)
}

// tell reports one source.
func (m *merger) tell(j *job, o storage.Outcome) {
	if j.returned {
		return
	}
	s := &j.report
	s.New, s.Updated, s.Unchanged = o.New, o.Updated, o.Unchanged
	s.Notes = append(s.Notes, o.Notes...)
	if o.Err != nil {
		s.Outcome, s.Error = Failed, o.Err.Error()
	}
	if before := m.parts[s.Source]; before != nil {
		s.New, s.Updated, s.Unchanged = s.New+before.New, s.Updated+before.Updated, s.Unchanged+before.Unchanged
		s.Notes = append(before.Notes, s.Notes...)
		if before.Error != "" {
			s.Outcome, s.Error = Failed, before.Error
		}
		delete(m.parts, s.Source)
	}
	if j.part {
		if m.parts == nil {
			m.parts = map[string]*SourceReport{}
		}
		m.parts[s.Source] = s
		return
	}
	m.report.add(*s)
	if !s.NextCheck.IsZero() {
		m.next[s.Source] = m.when(j.src, &j.state, m.now())
	}
	if m.Observe != nil {
		m.Observe(*s)
	}
	m.done++
	if m.opts.Progress != nil {
		m.opts.Progress(Progress{Done: m.done, Total: max(m.queue.count(), m.done), Source: s.Source})
	}
}
