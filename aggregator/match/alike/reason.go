package alike

import "fmt"

// String is the reason in words: "same title +1.3".
func (r Reason) String() string { return fmt.Sprintf("%s %+.1f", featureNames[r.Feature], r.Weight) }
