package hostile

import "testing"

func TestAll(t *testing.T) {
	t.Parallel()
	all := All(10_000, "127.0.0.1:1")
	kinds, names := map[string]bool{}, map[string]bool{}
	for _, f := range all {
		kinds[f.Kind], names[f.Name] = true, true
	}
	if len(all) < 400 || len(kinds) < 60 || len(names) != len(all) {
		t.Errorf("%d feeds of %d kinds with %d names", len(all), len(kinds), len(names))
	}
}
