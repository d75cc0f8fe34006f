package deskwire

// Images says where pages load the pictures of others from.
type Images string

const (
	// ImagesHotlink has readers load them from where they are, which is what feeds do. The zero value means it, too.
	ImagesHotlink Images = "hotlink"
	// ImagesProxy has the site fetch them, and readers load small ones from it: nobody else learns who reads what.
	ImagesProxy Images = "proxy"
	// ImagesNone shows none.
	ImagesNone Images = "none"
)
