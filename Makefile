# Every target does its own set-up: python3, make and git are all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLIENTS := tests/clients
DEMO_FLAGS = $(if $(KEEP),--keep) $(if $(CHAOS),--chaos) $(if $(COMPANIES),--companies $(COMPANIES))
LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
# The lines of one extra, without what Tandem itself depends on.
EXTRA = $(BIN)/python -c 'import sys, tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]], sep="\n")'

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-clients check bench bench-simulator lock clean

help: ## Show what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv; PYTHON=python3.12 chooses another Python
	@:

demo: $(READY) ## Run everything against simulated CRMs; KEEP=1 leaves it running, CHAOS=1 breaks things, COMPANIES=2000
	@$(BIN)/tandem demo $(DEMO_FLAGS)

# A file stays in one process: what its tests share is started once. Their order is tests/conftest.py's.
test: $(READY) ## Run the tests, two files at a time; ARGS="-k lease" chooses some, ARGS="-n 0" has one process do all
	@$(BIN)/python -m pytest tests -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-clients: $(READY) ## Try the simulator with clients for Node.js that Tandem does not use; needs node 20 and npm
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && npm --version >/dev/null 2>&1 || { \
	  echo "make test-clients needs Node.js 20 or newer with npm; 'node' is $$(node --version 2>/dev/null || echo missing)" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(CLIENTS)/node_modules/.package-lock.json
	@cd $(CLIENTS) && PYTHON=$(abspath $(BIN)/python) node --test --test-reporter=spec

check: $(READY) ## Lint, format, types, import contracts, migrations in step with the models
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest tests/ledger/test_migrations.py

bench: $(READY) ## Compare with the usual way of doing this; ARGS are passed on
	@$(BIN)/python -m benchmarks $(ARGS)

bench-simulator: $(READY) ## How fast the simulated CRMs answer, and the room they need; ARGS="--records 0" for the speed alone
	@$(BIN)/python -m benchmarks.simulator_speed $(ARGS)

lock: $(READY) ## Write all lock files anew from pyproject.toml; ARGS=--upgrade takes the newest versions
	@$(LOCK) pyproject.toml --all-extras $(ARGS) -o requirements.lock
	@$(LOCK) pyproject.toml --constraint requirements.lock -o requirements-runtime.lock
	@$(EXTRA) simulator | $(LOCK) - --constraint requirements.lock -o requirements-simulator.lock
	@$(EXTRA) build | $(LOCK) - --constraint requirements.lock -o requirements-build.lock

clean: ## Remove .venv, caches and the demo's data
	@rm -rf $(VENV) $(CLIENTS)/node_modules .tandem .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	@cd $(CLIENTS) && npm ci --silent

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Tandem needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1). Try: make PYTHON=python3.12 $(or $(firstword $(MAKECMDGOALS)),setup)" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute)" >&2
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu it is in the package python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
