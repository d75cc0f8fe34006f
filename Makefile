# Short names for what people do here. CI runs .ci/run, which `make check` calls.

.PHONY: build check test golden fuzz bench

build:
	CGO_ENABLED=0 go build -trimpath -o deskwire ./cmd/deskwire

check:
	.ci/run

test:
	go test ./...

# Rewrites the golden files; look at the difference before you commit it.
golden:
	go test ./aggregator/parse ./cmd/deskwire/internal/config ./publisher/format ./publisher/rule -update

# One minute for each fuzz target.
fuzz:
	@for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime 60s $$pkg || exit 1; \
		done; \
	done

bench:
	go test -run '^$$' -bench . -benchmem ./...
