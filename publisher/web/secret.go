package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"deskwire/publisher"
)

// Some outputs stand at addresses that are secrets: who knows one may read it. They are found by a hash of the whole path, so
// that no comparison of ours takes longer for a better guess, and nothing that we list or log names them.

// secretPath is the form of such an address: channel, token, file.
var secretPath = regexp.MustCompile(`^(/?(?:desks|topics)/[^/]+/out/)([^/]+)(/[^/]*)$`)

// outputFile is what may stand below a channel's folder of outputs.
var outputFile = regexp.MustCompile(`^out/(?:[A-Za-z0-9_-]{1,128}/)?[a-z0-9-]{1,64}\.(?:rss|atom|json)$`)

type pathHash [sha256.Size]byte

func hashOf(p string) pathHash { return sha256.Sum256([]byte(p)) }

// masked is a path or file name as it may be logged: without a token.
func masked(p string) string { return secretPath.ReplaceAllString(p, "$1(token)$3") }

// Masked is a file's name as the manifest lists it: where it is a secret, a hash stands for the token, by which the next export
// finds the folder again and nobody else does.
func Masked(name string) string {
	m := secretPath.FindStringSubmatch(name)
	if m == nil {
		return name
	}
	return m[1] + maskMark + fingerprint(m[2]) + m[3]
}

// Unmasked is the name that a line of the manifest stands for, given the names of the folders beside it; "" when it stands for
// none of them. List returns what is in a folder.
func Unmasked(line string, list func(folder string) []string) string {
	m := secretPath.FindStringSubmatch(line)
	if m == nil || !strings.HasPrefix(m[2], maskMark) {
		return line
	}
	for _, folder := range list(path.Clean(m[1])) {
		if maskMark+fingerprint(folder) == m[2] {
			return m[1] + folder + m[3]
		}
	}
	return ""
}

// maskMark begins what stands for a token; no token has one.
const maskMark = "~"

func fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:12])
}

// guards are pages that say nothing, for the folders above secret ones: a web server that lists folders shows them instead.
func guards(s *publisher.Surface) []string {
	var folders []string
	seen := map[string]bool{}
	for d := range s.Documents() {
		if m := secretPath.FindStringSubmatch(d.Path); m != nil && d.Secret {
			for _, folder := range []string{m[1], m[1] + m[2] + "/"} {
				if !seen[folder] {
					seen[folder] = true
					folders = append(folders, fileName(folder))
				}
			}
		}
	}
	return folders
}

const guardPage = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n<title>Nothing here</title>\n</head>\n<body>\n<p>Nothing here.</p>\n</body>\n</html>\n"

// cacheSecret lets the reader keep what it got, and nobody between us.
const cacheSecret = "private, max-age=60, stale-if-error=86400"

// secret answers with an output whose address is one.
func (h *handler) secret(w http.ResponseWriter, r *http.Request, t *table) {
	if t != nil {
		if a := t.secret[hashOf(r.URL.Path)]; a != nil {
			a.serve(w, r, "", time.Now())
			return
		}
	}
	h.absent(w, r, t)
}
