package config

import (
	"fmt"
	"strings"
	"testing"
)

// Every command loads the configuration first, and shells do for completion: budget 10 ms for a newsroom of 100 sources, and
// 200 ms for one of 5,000.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var text strings.Builder
			text.WriteString(minimal + "sources:\n")
			for i := range n {
				fmt.Fprintf(&text, "  - name: source-%d\n    title: Source %d\n    url: https://s%d.example.com/feed\n", i, i, i)
			}
			text.WriteString("desks:\n  - {name: world, take: [{words: [world]}]}\n")
			files := []file{{"config.yaml", []byte(text.String()), schemaConfig}}
			b.ReportAllocs()
			for b.Loop() {
				if _, problems := decode(files, noEnv); problems.wrong() {
					b.Fatal(problems)
				}
			}
		})
	}
}
