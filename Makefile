# Rolecall. `make help` lists what there is; `make run` and `make test` set up what they need by themselves.

SHELL := /bin/bash
export PATH := $(PATH):$(HOME)/.cargo/bin
.NOTPARALLEL:
.DEFAULT_GOAL := help

CACHE := $(shell scripts/cache-dir)
TOOLS := $(CACHE)/tools/bin
TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
PYTHON := tests/.venv/clients/bin/python

# Crates without the browser engine and the AWS client are checked first, since they build in seconds.
QUICK := -p rolecall-policy -p rolecall-core -p rolecall-keeper -p rolecall
# Journeys run these; ROLECALL_BIN_DIR points them at another build, say target/release.
export ROLECALL_BIN_DIR ?= $(TARGET)/debug
# Journeys to run: make journeys ONLY=tests/journeys/test_first_tutorial.py
ONLY ?= tests/harness tests/journeys
STAGE := scripts/stage
# What is shipped: each is a package of the workspace and a program.
PROGRAMS ?= rolecall rolecall-agent rolecall-practice rolecall-desktop
# Tests run as an ordinary user, even when started as root, except for those that need root.
AS_USER := --config "target.'cfg(unix)'.runner='$(CURDIR)/scripts/as-test-user'"
OF_ROOT := -p rolecall -p rolecall-agent

.PHONY: help
help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# ---- for everyone

.PHONY: run
run: ## Builds Rolecall and starts it; without a display, on a private one
	@scripts/run

.PHONY: test
test: ## Checks everything: formatting, lints, tests, licences, journeys
	@set -e; \
	export ROLECALL_STAGES=$$(mktemp); trap 'rm -f "$$ROLECALL_STAGES"' EXIT; \
	for stage in setup fmt scripts ui core deny lint unit simulate fuzz foreign binaries shape packages gallery journeys; do \
		$(STAGE) $$stage $(MAKE) --no-print-directory $$stage FOREIGN=--where-possible GALLERY=--where-possible TIME=10 SEED=1; \
	done; \
	$(STAGE) --summary

.PHONY: build
build: window ## Builds the release binaries into target/release
	scripts/setup toolchain build
	scripts/release-build $(PROGRAMS)

.PHONY: reproduce
reproduce: window ## Builds the release binaries twice, and compares them (PROGRAMS=some of them)
	scripts/setup toolchain build
	scripts/reproduce $(PROGRAMS)

.PHONY: bench
bench: build setup ## Measures the release binaries beside their peers
	scripts/setup peers
	scripts/release-build rolecall-agent/identity
	cd tests && ROLECALL_BIN_DIR=$(TARGET)/release .venv/clients/bin/python -m bench

.PHONY: package
package: build ## Makes the Debian packages in target/release/packages
	scripts/setup package
	scripts/release-build rolecall/manual
	scripts/package "$(TARGET)/release" "$(TARGET)/release/packages"

.PHONY: rpm
rpm: package ## Makes RPM packages of the same files
	scripts/setup rpm
	scripts/package-rpm "$(TARGET)/release/packages"

# ---- what `make test` is made of

.PHONY: setup
setup: ## Installs what the tests need
	@scripts/setup toolchain build headless tests package rpm ui clients python cargo-tools

.PHONY: fmt
fmt: ## Checks the formatting
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check

.PHONY: scripts
scripts: ## Checks the syntax of the shell and Python scripts
	for script in .ci/run $$(find scripts -maxdepth 1 -type f -perm -u+x); do bash -n "$$script"; done
	$(PYTHON) -m compileall -q tests -x '\.venv'

.PHONY: ui
ui: ## Checks, tests and builds the window
	@scripts/setup toolchain ui
	cd ui && npm run check && npm run test

.PHONY: gallery
gallery: ## Shows every scene of the window in a browser, and checks it with axe (OUT=folder for pictures)
	@scripts/setup toolchain ui
	cd ui && npm run --silent gallery -- $(GALLERY) $(if $(OUT),--out $(abspath $(OUT)))

# The window is rebuilt only when its sources changed, since the app embeds it and would then be rebuilt too.
ui/dist/index.html: ui/index.html ui/package-lock.json ui/vite.config.ts ui/budget.ts $(shell find ui/src -type f -not -name '*.test.ts')
	@scripts/setup toolchain ui
	cd ui && npm run build

.PHONY: window
window: ui/dist/index.html

.PHONY: core
core: ## Lints and tests the domain and the command line, which build in seconds
	cargo clippy --locked $(QUICK) --all-targets --all-features -- -D warnings
	cargo test --locked $(QUICK) --all-features $(AS_USER)

.PHONY: lint
lint: window ## Lints all crates
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings

.PHONY: foreign
foreign: window ## Lints all crates for Windows and macOS
	@scripts/foreign $(FOREIGN)

.PHONY: unit
unit: window ## Tests all crates
	cargo test --locked --workspace --all-features $(AS_USER)
	@[ "$$(id -u)" != 0 ] || cargo test --locked $(OF_ROOT) --all-features $(AS_USER) root::

.PHONY: types
types: ## Writes the window's TypeScript types from the Rust types
	WRITE_TYPES=1 cargo test --locked -p rolecall-core --lib the_types_of_the_window

.PHONY: simulate
simulate: ## Plays stories of the keeper in virtual time (SEEDS=how many, or FIRST..COUNT)
	RUST_BACKTRACE=0 SIMULATION_SEEDS=$(or $(SEEDS),10000) \
		cargo test --locked --profile simulation -p rolecall-keeper --lib --features fakes $(AS_USER) simulation

.PHONY: fuzz
fuzz: ## Feeds parsers of foreign input (TIME=seconds for each, SEED=number, ONLY=one of them); see CONTRIBUTING.md
	@scripts/setup toolchain build
	@scripts/fuzz $(if $(TIME),--time $(TIME)) $(if $(SEED),--seed $(SEED)) $(if $(filter command environment,$(origin ONLY)),$(ONLY))

.PHONY: deny
deny: ## Checks licences, sources, banned and unused dependencies
	@scripts/deny "$(TOOLS)"

.PHONY: programs
programs: window ## Builds the debug programs
	cargo build --locked --workspace --exclude rolecall --bins
	scripts/build-command-line

.PHONY: binaries
binaries: programs ## Builds the debug programs, and what else the journeys drive
	cargo build --locked -p rolecall-agent --examples
	cargo build --locked -p rolecall --example manual

.PHONY: shape
shape: ## Checks dependencies, circles and length of files, and words
	$(PYTHON) -m pytest tests/shape

.PHONY: packages
packages: ## Makes the packages of the debug binaries, and installs them into a folder
	@scripts/setup package rpm ui
	@if command -v dpkg-shlibdeps >/dev/null && command -v lintian >/dev/null; then \
		ROLECALL_PACKAGE_LEVEL=0 scripts/package "$(ROLECALL_BIN_DIR)" "$(TARGET)/debug/packages" && \
		if command -v rpmbuild >/dev/null; then ROLECALL_PACKAGE_LEVEL=0 scripts/package-rpm "$(TARGET)/debug/packages"; fi && \
		ROLECALL_PACKAGES="$(TARGET)/debug/packages" $(PYTHON) -m pytest tests/package; \
	else \
		echo "The Debian packages were NOT tested: dpkg-dev or lintian is not installed."; \
	fi

.PHONY: journeys
journeys: ## Drives the built binaries on a real desktop (ONLY=path for some)
	@scripts/journeys $(ONLY)

.PHONY: attacks
attacks: $(if $(filter file,$(origin ROLECALL_BIN_DIR)),build) setup ## Attacks the release build, or the one in ROLECALL_BIN_DIR
	@ROLECALL_BIN_DIR=$(if $(filter file,$(origin ROLECALL_BIN_DIR)),$(TARGET)/release,$(ROLECALL_BIN_DIR)) \
		scripts/journeys --attacks $(if $(filter file,$(origin ONLY)),tests/journeys,$(ONLY))

.PHONY: kit
kit: ## Synthesises and deploys what `rolecall setup` writes for the CDK; needs 250 MB of npm packages
	@scripts/setup kit python
	cargo build --locked -p rolecall-agent --bins
	scripts/build-command-line
	@scripts/journeys tests/kit

.PHONY: clean
clean: ## Removes what was built here
	rm -rf target ui/dist ui/node_modules tests/cdk/node_modules tests/.venv
