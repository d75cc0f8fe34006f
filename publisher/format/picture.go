package format

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// PicturesPath is the folder of the pictures of others that the site passes on. Each stands below whose it is, an article's ID, under a
// hash of the address where it comes from, and its width:
//
//	/images/0d5x9k2m7c4f1h8j/3f9c21b07ad4e6c8-640.jpg
//
// So an address leads nowhere but to a picture that an article has.
const PicturesPath = "/images/"

// FacesFolder stands for an article's ID before the pictures of those who stand behind channels.
const FacesFolder = "faces"

// PictureWidths are the widths in which the site passes pictures on, in points, the smallest first.
func PictureWidths() []int { return []int{320, 640, 1280} }

// PictureName is what stands for a picture's address in addresses of ours.
func PictureName(addr string) string {
	sum := sha256.Sum256([]byte(addr))
	return hex.EncodeToString(sum[:8])
}

// PicturePath is the address of a picture, below the site's root. of is an article's ID, or [FacesFolder].
func PicturePath(of, addr string, width int) string {
	return PicturesPath + of + "/" + PictureName(addr) + "-" + strconv.Itoa(width) + ".jpg"
}

// ParsePicturePath takes an address apart that [PicturePath] made.
func ParsePicturePath(path string) (of, name string, width int, ok bool) {
	rest, ok := strings.CutPrefix(path, PicturesPath)
	of, file, cut := strings.Cut(rest, "/")
	name, size, hyphen := strings.Cut(strings.TrimSuffix(file, ".jpg"), "-")
	if !ok || !cut || !hyphen || len(name) != 16 || strings.Trim(name, "0123456789abcdef") != "" {
		return "", "", 0, false
	}
	for _, width := range PictureWidths() {
		if strconv.Itoa(width) == size && strings.HasSuffix(file, ".jpg") {
			return of, name, width, true
		}
	}
	return "", "", 0, false
}

// BodyPictures are the addresses of the pictures that a clean body shows.
func BodyPictures(body string) (addrs []string) {
	if !strings.Contains(body, "<img") {
		return nil
	}
	for z := html.NewTokenizer(strings.NewReader(Body(body))); ; {
		switch z.Next() {
		case html.ErrorToken:
			return addrs
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, a := range t.Attr {
				if t.Data == "img" && a.Key == "src" {
					addrs = append(addrs, a.Val)
				}
			}
		}
	}
}
