package hostile

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// wires misuse HTTP itself. What is sent is sent until the reader breaks off.
func wires(size int) (all []Feed) {
	raw := func(kind, text string) {
		all = append(all, Feed{Kind: kind, Answer: func(c net.Conn, _ *http.Request) { io.WriteString(c, text) }})
	}
	feed := string(Good(99))
	head := func(lines string) string { return "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" + lines + "\r\n" }
	raw("nothing at all", "")
	raw("rubbish", strings.Repeat("\x00\xff rubbish \r\n", 2000))
	raw("http 0.9", feed)
	raw("http 9.9", "HTTP/9.9 200 OK\r\n\r\n"+feed)
	raw("half a status line", "HTTP/1.1 20")
	raw("a status that is none", "HTTP/1.1 abc Nothing\r\n\r\n")
	raw("a negative status", "HTTP/1.1 -200 OK\r\n\r\n")
	raw("an endless status line", "HTTP/1.1 200 "+fill(size, "OK ")+"\r\n\r\n")
	raw("half a head", "HTTP/1.1 200 OK\r\nContent-Type: te")
	raw("an endless header", "HTTP/1.1 200 OK\r\nX: "+fill(size, "x"))
	raw("header lines without end", "HTTP/1.1 200 OK\r\n"+fill(size, "X-Line: x\r\n"))
	raw("a header of controls", head("X-\x00\x1b: y\r\n")+feed)
	raw("a folded header", head("X: a\r\n b\r\n\tc\r\n")+feed)
	raw("a header without a name", head(": x\r\n")+feed)
	raw("a mebibyte of media type", "HTTP/1.1 200 OK\r\nContent-Type: "+fill(1<<20, "x")+"\r\n\r\n"+feed)
	raw("sixty kilobytes of media type", "HTTP/1.1 200 OK\r\nContent-Type: text/xml; "+fill(60_000, `a="b";`)+"\r\n\r\n"+feed)
	raw("validators of controls", head("ETag: \"\x1b[31m\u202e\"\r\nLast-Modified: \x07never\r\n")+feed)
	raw("validators without end", head("ETag: \""+fill(30_000, "e")+"\"\r\nLast-Modified: "+fill(30_000, "m")+"\r\n")+feed)
	raw("informational answers", fill(min(size, 200_000), "HTTP/1.1 100 Continue\r\n\r\n")+head("")+feed)
	raw("early hints", fill(min(size, 400_000), "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")+head("")+feed)
	raw("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"+feed)
	raw("a length that is too long", head(fmt.Sprintf("Content-Length: %d\r\n", len(feed)*2))+feed)
	raw("a length that is too short", head("Content-Length: 40\r\n")+feed)
	raw("a length beyond all", head("Content-Length: 9223372036854775807\r\n")+feed)
	raw("a negative length", head("Content-Length: -1\r\n")+feed)
	raw("two lengths", head("Content-Length: 10\r\nContent-Length: 20\r\n")+feed)
	raw("a length and chunks", head("Content-Length: 10\r\nTransfer-Encoding: chunked\r\n")+"5\r\n<rss>\r\n0\r\n\r\n")
	raw("chunks that break off", head("Transfer-Encoding: chunked\r\n")+"ffff\r\n"+feed[:100])
	raw("chunks of absurd size", head("Transfer-Encoding: chunked\r\n")+"ffffffffffffffff\r\n"+feed)
	raw("chunks of one byte", head("Transfer-Encoding: chunked\r\n")+fill(min(size, 3<<20), "1;"+strings.Repeat("x", 50)+"\r\nx\r\n")+"0\r\n\r\n")
	raw("trailers", head("Transfer-Encoding: chunked\r\nTrailer: X\r\n")+fmt.Sprintf("%x\r\n%s\r\n0\r\n", len(feed), feed)+fill(min(size, 1<<20), "X: y\r\n"))
	raw("an unknown transfer coding", head("Transfer-Encoding: gzip, rubbish\r\n")+feed)
	raw("a body without end", head("")+"<rss><channel><title>"+fill(2*size+(9<<20), "endless "))
	raw("items without end", head("")+"<rss><channel>"+fill(2*size+(9<<20), "<item><title>x</title></item>"))
	raw("cookies", head(fill(20_000, "Set-Cookie: a=b\r\n"))+feed)
	raw("freshness beyond all", head("Cache-Control: max-age=99999999999999999999\r\nExpires: never\r\nAge: -1\r\n")+feed)
	raw("a rest beyond all", "HTTP/1.1 503 No\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n")
	raw("a rest of controls", "HTTP/1.1 503 \x1b[31mNo\r\nRetry-After: \x1b\r\nContent-Length: 0\r\n\r\n")
	raw("not modified without conditions", "HTTP/1.1 304 Not Modified\r\n\r\n")
	raw("no content", "HTTP/1.1 204 No Content\r\n\r\n")
	raw("a part", "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/100\r\nContent-Length: 10\r\n\r\n0123456789")
	raw("a status of its own", "HTTP/1.1 999 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n")
	raw("an error with a body without end", "HTTP/1.1 500 Oops\r\n\r\n"+fill(size, "x"))

	all = append(all, Feed{Kind: "a reset", Answer: func(c net.Conn, _ *http.Request) {
		io.WriteString(c, head("")+feed[:500])
		if t, ok := c.(*net.TCPConn); ok {
			t.SetLinger(0)
		}
	}})
	all = append(all, Feed{Kind: "a reset at once", Answer: func(c net.Conn, _ *http.Request) {
		if t, ok := c.(*net.TCPConn); ok {
			t.SetLinger(0)
		}
	}})
	slow := func(kind, first, again string) {
		all = append(all, Feed{Kind: kind, Waits: true, Answer: func(c net.Conn, _ *http.Request) {
			io.WriteString(c, first)
			for {
				if _, err := io.WriteString(c, again); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		}})
	}
	slow("a slow body", head("")+"<rss><channel>", "x")
	slow("a slow head", "HTTP/1.1 200 OK\r\n", "X: y\r\n")
	slow("a slow status", "HTTP/1.1 200 ", "O")
	slow("slow chunks", head("Transfer-Encoding: chunked\r\n"), "1\r\nx\r\n")
	slow("slow informational answers", "", "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n")
	slow("a slow error", "HTTP/1.1 500 Oops\r\n\r\n", "x")
	all = append(all, Feed{Kind: "silence", Waits: true, Answer: func(c net.Conn, _ *http.Request) { io.Copy(io.Discard, c) }})
	all = append(all, Feed{Kind: "a body that stops", Waits: true, Answer: func(c net.Conn, _ *http.Request) {
		io.WriteString(c, head(fmt.Sprintf("Content-Length: %d\r\n", len(feed)))+feed[:len(feed)-9])
		io.Copy(io.Discard, c)
	}})
	return all
}

// packed are bodies that are far larger than they look.
func packed(size int) (all []Feed) {
	add := func(kind, coding string, body func() []byte) {
		all = append(all, Feed{Kind: kind, Heavy: true, Answer: func(c net.Conn, _ *http.Request) {
			answer(c, "", "Content-Encoding: "+coding+"\r\n", body())
		}})
	}
	bomb := func() []byte { return []byte("<rss><channel><title>" + fill(4*size+(10<<20), "\x00")) }
	small := func() []byte { return Good(98) }
	add("gzip bomb", "gzip", func() []byte { return gzipped(bomb()) })
	add("gzip bomb in gzip", "gzip, gzip", func() []byte { return gzipped(gzipped(bomb())) })
	add("gzip bomb in gzip in gzip", "gzip, gzip, gzip", func() []byte { return gzipped(gzipped(gzipped(bomb()))) })
	add("brotli bomb", "br", func() []byte { return brotlied(bomb()) })
	add("brotli bomb in gzip", "br, gzip", func() []byte { return gzipped(brotlied(bomb())) })
	add("zstd bomb", "zstd", func() []byte { return zstded(bomb()) })
	add("zstd bomb in brotli", "zstd, br", func() []byte { return brotlied(zstded(bomb())) })
	add("zstd window beyond all", "zstd", func() []byte { // RFC 8878: magic, a frame without checksum, window descriptor, a block of rubbish
		return append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8}, bytes.Repeat([]byte{0x03, 0xff, 0xff, 'x'}, 100)...)
	})
	add("empty gzip members", "gzip", func() []byte { return bytes.Repeat(gzipped(nil), size/25) })
	add("empty zstd frames", "zstd", func() []byte { return bytes.Repeat(zstded(nil), size/16) })
	add("gzip names without end", "gzip", func() []byte {
		return append([]byte{0x1f, 0x8b, 8, 0x08, 0, 0, 0, 0, 0, 0}, bytes.Repeat([]byte{'n'}, size)...)
	})
	add("gzip that breaks off", "gzip", func() []byte { b := gzipped(small()); return b[:len(b)/2] })
	add("gzip with a wrong sum", "gzip", func() []byte {
		b := gzipped(small())
		binary.LittleEndian.PutUint32(b[len(b)-8:], 1)
		return b
	})
	add("gzip that is none", "gzip", small)
	add("brotli that is none", "br", small)
	add("zstd that is none", "zstd", small)
	add("deflate", "deflate", func() []byte {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, 9)
		w.Write(small())
		w.Close()
		return b.Bytes()
	})
	add("deflate with a head", "deflate", func() []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		w.Write(small())
		w.Close()
		return b.Bytes()
	})
	add("codings by the hundred", strings.Repeat("gzip, ", 100)+"gzip", small)
	add("an unknown coding", "\"\x1b[31m\u202erubbish", small)
	add("gzip rubbish", "gzip", func() []byte {
		return append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 1000)...)
	})
	return all
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func brotlied(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 1)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func zstded(b []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}
