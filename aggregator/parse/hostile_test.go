package parse

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"deskwire/internal/hostile"
)

// hostileEnv makes the tests of hostile documents as large as a document may be.
const hostileEnv = "DESKWIRE_HOSTILE"

// processorTime is what this process has used so far: how busy the machine is does not matter to it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Whatever a document holds, it is read within seconds, and with memory in proportion to its size: twice the size costs about
// twice as much. Work that grew with the square of the size would show here.
func TestHostileDocuments(t *testing.T) {
	size, limit := 200_000, 5*time.Second // generous: machines under test are busy, and -race is slow
	if os.Getenv(hostileEnv) != "" {
		size, limit = 8_000_000, 15*time.Second
	} else {
		t.Logf("small documents; set %s=1 for those of full size", hostileEnv)
	}
	for _, f := range hostile.All(size, "127.0.0.1:1") {
		if f.Body == nil {
			continue
		}
		body := f.Body()
		if len(body) > 8<<20 {
			body = body[:8<<20]
		}
		runtime.GC() // what the documents before left behind is not this one's
		start, before := processorTime(), allocated()
		doc, err := Parse(Input{Body: body, ContentType: f.Type, URL: "https://h.example/feed", Now: goldenNow})
		took, used := processorTime()-start, int(allocated()-before)
		if f.Heavy {
			t.Logf("%-45s %5d KB: %7v, %4d MB allocated", f.Kind, len(body)>>10, took.Round(time.Millisecond), used>>20)
		}
		if most := 160<<20 + 64*len(body); took > limit || used > most {
			t.Errorf("%s: took %v and allocated %d MB for %d KB", f.Kind, took, used>>20, len(body)>>10)
		}
		if err != nil {
			continue
		}
		kept := 0
		for i := range doc.Drafts {
			checkDraft(t, f.Kind, &doc.Drafts[i], goldenNow)
			kept += weight(&doc.Drafts[i])
		}
		if len(doc.Drafts) > maxItems || kept > maxArticles+2*maxBody {
			t.Errorf("%s: %d drafts of %d MB", f.Kind, len(doc.Drafts), kept>>20)
		}
	}
}
