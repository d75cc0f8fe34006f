package format_test

import (
	"slices"
	"strings"
	"testing"

	"deskwire/publisher/format"
)

// An address of a picture is read back as it was made, and nothing else is one.
func TestPicturePath(t *testing.T) {
	t.Parallel()
	const addr = "https://pictures.example/a.jpg?w=1"
	for _, width := range format.PictureWidths() {
		path := format.PicturePath("06nqg2m000000001", addr, width)
		of, name, wide, ok := format.ParsePicturePath(path)
		if !ok || of != "06nqg2m000000001" || name != format.PictureName(addr) || wide != width {
			t.Errorf("%s = %s, %s, %d, %v", path, of, name, wide, ok)
		}
	}
	if format.PictureName(addr) == format.PictureName(addr+"2") {
		t.Error("two addresses have one name")
	}
	for _, bad := range []string{
		"", "/images/", "/images/x", "/images/x/", "/images/x/0123456789abcdef", "/images/x/0123456789abcdef-640", "/images/x/0123456789abcdef-640.jpg/", "/images/x/0123456789abcdef-640.jpg.jpg",
		"/images/x/0123456789abcdef-0640.jpg", "/images/x/0123456789abcdef--640.jpg", "/images/x/0123456789ABCDEF-640.jpg", "/images/x/0123456789abcde-640.jpg", "/images/x/y/0123456789abcdef-640.jpg", "/image/x/0123456789abcdef-640.jpg",
	} {
		if _, _, _, ok := format.ParsePicturePath(bad); ok {
			t.Errorf("%q is an address", bad)
		}
	}
}

// The pictures of a body are those that it shows, as their addresses are meant.
func TestBodyPictures(t *testing.T) {
	t.Parallel()
	got := format.BodyPictures(`<p>a</p><img src="https://x.example/a.jpg?b=1&amp;c=2" alt=""><figure><img src="http://x.example/b.jpg"></figure><img src="data:x"><img srcset="https://x.example/c.jpg 2x"><a href="https://x.example/d.jpg">d</a>`)
	if want := []string{"https://x.example/a.jpg?b=1&c=2", "http://x.example/b.jpg"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := format.BodyPictures("<p>none</p>" + strings.Repeat("x", 10)); got != nil {
		t.Errorf("%q", got)
	}
}
