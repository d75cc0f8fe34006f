package storage

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"sync"

	"deskwire"
)

// schema is the version of the key schema in the package comment. A store of a later version is refused; one of an earlier
// version is migrated by Open, in steps of one.
const schema = 1

const (
	metaSchema   = "schema"
	metaIdentity = "identity"
	metaSite     = "site"
	metaCursor   = "cursor/" // and the consumer's name
)

// A Store is the newsroom's memory: facts and decisions over an [Engine]. Make one with [Open]. All methods may be called by
// any number of goroutines at once; none may be called inside a function given to the engine.
type Store struct {
	engine   Engine
	identity string

	mu   sync.Mutex
	wake chan struct{} // closed and replaced at each commit that consumers follow
}

var _ io.Closer = (*Store)(nil)

// Open reads or writes the schema's version and the store's identity, and migrates an older schema. The store owns the
// engine from then on, and closes it when Open fails.
func Open(ctx context.Context, e Engine) (*Store, error) {
	s := &Store{engine: e, wake: make(chan struct{})}
	if err := s.open(ctx); err != nil {
		e.Close()
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	version, err := 0, error(nil)
	read := func(tx Tx) error {
		meta := tx.Get(tableMeta, metaSchema, metaIdentity)
		version, s.identity = 0, string(meta[1])
		if meta[0] == nil {
			return nil
		}
		if version, err = strconv.Atoi(string(meta[0])); err != nil || version < 1 || s.identity == "" {
			return damaged(tableMeta, metaSchema, "not a version")
		}
		return nil
	}
	if err := s.engine.View(ctx, read); err != nil {
		return err
	}
	switch {
	case version == schema:
		return nil
	case version > schema:
		return fmt.Errorf("the store has schema %d, this deskwire knows %d: use a newer deskwire: %w", version, schema, deskwire.ErrInvalid)
	case version > 0:
		return s.migrate(ctx, version)
	}
	identity := rand.Text()
	return s.engine.Update(ctx, func(tx Tx) error {
		// Another process may have been faster where the engine allows for several.
		if err := read(tx); err != nil || version != 0 {
			return err
		}
		s.identity = identity
		tx.Set(tableMeta, metaSchema, []byte(strconv.Itoa(schema)))
		tx.Set(tableMeta, metaIdentity, []byte(identity))
		return nil
	})
}

// migrations holds, for each version, what brings a store to the next: a function that is run in Updates until it says that
// it is done, so that a big store migrates in steps and a crash between two of them loses nothing.
func migrations() map[int]func(Tx) (done bool, err error) {
	return map[int]func(Tx) (bool, error){} // version 1 is the first
}

// migrate runs the migrations from the store's version to this one's.
func (s *Store) migrate(ctx context.Context, version int) error {
	for ; version < schema; version++ {
		step, ok := migrations()[version]
		if !ok {
			return fmt.Errorf("the store has schema %d, which nothing leads on from: %w", version, deskwire.ErrInvalid)
		}
		for done := false; !done; {
			err := s.engine.Update(ctx, func(tx Tx) (err error) {
				if done, err = step(tx); err == nil && done {
					tx.Set(tableMeta, metaSchema, []byte(strconv.Itoa(version+1)))
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("migrate from schema %d: %w", version, err)
			}
		}
	}
	return nil
}

// Close closes the engine.
func (s *Store) Close() error { return s.engine.Close() }

// Identity is random, made when the store was; a client and a daemon compare it.
func (s *Store) Identity() string { return s.identity }

// PinSite fixes the site.id that published guids are made of. A different one later is [deskwire.ErrInvalid]: every reader
// would see everything again.
func (s *Store) PinSite(ctx context.Context, siteID string) error {
	if siteID == "" {
		return fmt.Errorf("site.id is empty: %w", deskwire.ErrInvalid)
	}
	pinned := ""
	read := func(tx Tx) error {
		pinned = string(tx.Get(tableMeta, metaSite)[0])
		return nil
	}
	err := s.engine.View(ctx, read)
	if err == nil && pinned == "" {
		err = s.engine.Update(ctx, func(tx Tx) error {
			read(tx)
			if pinned == "" {
				tx.Set(tableMeta, metaSite, []byte(siteID))
				pinned = siteID
			}
			return nil
		})
	}
	switch {
	case err != nil:
		return fmt.Errorf("pin site.id: %w", err)
	case pinned != siteID:
		return fmt.Errorf("site.id is %q, but this store has published under %q: %w", siteID, pinned, deskwire.ErrInvalid)
	}
	return nil
}

// Wake returns a channel that is closed at the next commit that changed what consumers follow (articles, decisions, filing).
// Whoever follows asks for the channel first and reads then, so that nothing falls between.
func (s *Store) Wake() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wake
}

// notify wakes all who wait.
func (s *Store) notify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.wake)
	s.wake = make(chan struct{})
}
