package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Over TLS, by HTTP/2, the same holds: addresses byte for byte, codings undone, certificates checked.
func TestTLS(t *testing.T) {
	t.Parallel()
	var uri, proto string
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		uri, proto = r.RequestURI, r.Proto
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(gz([]byte("<rss/>")))
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it will be refused once
	s.StartTLS()
	t.Cleanup(s.Close)

	c := local()
	t.Cleanup(c.CloseIdle)
	if _, err := c.Fetch(t.Context(), Request{URL: s.URL}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate nobody vouches for: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c = local()
	c.once.Do(c.start)
	c.web.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	res := mustFetch(t, c, Request{URL: s.URL + "/a%2fb/|?q=[1]&"})
	if string(res.Body) != "<rss/>" || uri != "/a%2fb/|?q=[1]&" || proto != "HTTP/2.0" {
		t.Errorf("body %q, asked %q by %s", res.Body, uri, proto)
	}
}
