package config

import "strings"

// expand puts the environment's variables into the texts of v: ${NAME} is the variable's value, $$ is one dollar sign. Any
// other dollar sign stays. This happens to values after they were read, so that no variable can bring in keys or comments.
func expand(v *value, env func(string) string, b *book) {
	for _, i := range v.items {
		expand(i, env, b)
	}
	for _, f := range v.fields {
		expand(f.val, env, b)
	}
	if v.kind != kindText || !strings.Contains(v.raw, "$") {
		return
	}
	var out strings.Builder
	rest := v.raw
	for {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		if !found {
			break
		}
		switch {
		case strings.HasPrefix(after, "$"):
			out.WriteByte('$')
			rest = after[1:]
		case strings.HasPrefix(after, "{"):
			name, tail, closed := strings.Cut(after[1:], "}")
			if !closed || !isVariable(name) {
				b.errorf(v, "${ begins a variable of the environment, such as ${TOKEN}; for a dollar sign before a brace write $${")
				return
			}
			val := env(name)
			if val == "" {
				b.errorf(v, "the environment has no variable %s, or it is empty", name)
				return
			}
			out.WriteString(val)
			rest = tail
		default:
			out.WriteByte('$')
			rest = after
		}
	}
	v.text = out.String()
	v.expanded = v.text != v.raw
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
