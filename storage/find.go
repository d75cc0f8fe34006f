package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"deskwire"
)

// minPrefix is the shortest beginning of an ID that people may type: six characters tell articles apart that were first seen
// four seconds apart, and shorter ones are words that somebody may mean otherwise.
const minPrefix = 6

// maxAmbiguous is how many candidates the message about an ambiguous reference names.
const maxAmbiguous = 5

// Find resolves what an editor typed: an ID, an unambiguous beginning of one of at least 6 characters, a tag: URI that ends
// in one, or an article's GUID or canonical address. It returns [deskwire.ErrNotFound], or [deskwire.ErrInvalid] for what is
// ambiguous. For addresses as people copy them, make them canonical first and use [Store.FindKeys].
func (s *Store) Find(ctx context.Context, ref string) (deskwire.ID, error) {
	ref = strings.TrimSpace(ref)
	id := ref
	if strings.HasPrefix(id, "tag:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	if id = strings.ToLower(id); len(id) >= minPrefix && len(id) <= deskwire.IDLen {
		found, err := s.findPrefix(ctx, id)
		if err != nil || found != "" {
			return found, err
		}
	}
	return s.FindKeys(ctx, []deskwire.Key{
		{Kind: deskwire.KeyGUID, Value: ref},
		{Kind: deskwire.KeyURL, Value: ref},
	})
}

// findPrefix finds the one article whose ID begins so, "" when there is none. A whole ID may also be that of a story which
// was merged away.
func (s *Store) findPrefix(ctx context.Context, prefix string) (deskwire.ID, error) {
	var ids []deskwire.ID
	err := s.engine.View(ctx, func(tx Tx) error {
		ids = nil
		for _, t := range []Table{tableHead, tableStory} {
			for key := range tx.Scan(t, prefix, prefixEnd(prefix), maxAmbiguous+1, false) {
				if id := deskwire.ID(key); !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("find %s: %w", prefix, err)
	}
	return one(prefix, ids)
}

// FindKeys finds the article that any of the keys leads to, at any source. Tombstones are not found.
func (s *Store) FindKeys(ctx context.Context, keys []deskwire.Key) (deskwire.ID, error) {
	var ids []deskwire.ID
	err := s.engine.View(ctx, func(tx Tx) error {
		ids = nil
		var hashes []string
		for _, k := range keys {
			hashes = append(hashes, hashKey(k.Kind, "", k.Value))
		}
		for source := range tx.Scan(tableSource, "", "", 0, false) {
			for _, k := range keys {
				hashes = append(hashes, hashKey(k.Kind, source, k.Value))
			}
		}
		for i, val := range tx.Get(tableKey, hashes...) {
			if val == nil {
				continue
			}
			t, err := decodeTarget(hashes[i], val)
			if err != nil {
				return err
			}
			if !slices.Contains(ids, t.id) && tx.Get(tableHead, string(t.id))[0] != nil {
				ids = append(ids, t.id)
			}
		}
		return nil
	})
	ref := ""
	if len(keys) > 0 {
		ref = keys[0].Value
	}
	if err != nil {
		return "", fmt.Errorf("find %s: %w", ref, err)
	}
	id, err := one(ref, ids)
	if err == nil && id == "" {
		err = fmt.Errorf("article %q: %w", ref, deskwire.ErrNotFound)
	}
	return id, err
}

// one is the only one of the candidates, "" when there is none.
func one(ref string, ids []deskwire.ID) (deskwire.ID, error) {
	switch len(ids) {
	case 0:
		return "", nil
	case 1:
		return ids[0], nil
	}
	more := ""
	if len(ids) > maxAmbiguous {
		ids, more = ids[:maxAmbiguous], ", ..."
	}
	return "", fmt.Errorf("%q may be any of %s%s: %w", ref, strings.Join(texts(ids), ", "), more, deskwire.ErrInvalid)
}
