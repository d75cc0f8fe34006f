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

# Every fuzz target for FUZZTIME, one after the other. A test of the module's root keeps the list complete.
FUZZTIME = 60s
FUZZ = aggregator/fetch:FuzzGuard aggregator/fetch:FuzzResponse \
	aggregator/parse:FuzzParse aggregator/parse:FuzzClean aggregator/parse:FuzzDate \
	aggregator/match:FuzzCanonical aggregator/match/alike:FuzzAdd aggregator/page:FuzzExtract cmd/deskwire/internal/config:FuzzOPML cmd/deskwire/internal/config:FuzzDecode \
	publisher/format:FuzzFormat publisher/picture:FuzzMake publisher/rule:FuzzWords publisher/rule:FuzzWhen publisher/search:FuzzParse publisher/web:FuzzRequest storage:FuzzHead

fuzz:
	@for target in $(FUZZ); do \
		echo "$$target"; \
		go test -run '^$$' -fuzz "^$${target##*:}$$" -fuzztime $(FUZZTIME) ./$${target%%:*} || exit 1; \
	done

bench:
	go test -run '^$$' -bench . -benchmem ./...
