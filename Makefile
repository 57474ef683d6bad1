# Grievance. Needs python3 (3.11 or newer), pip and make; everything else is installed in .venv.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
HOST ?= localhost
export HOST PORT
# A machine may forbid Python to keep what it compiled; then every process of ours and of the tests
# would compile all of it anew. Empty is the same as not said.
export PYTHONDONTWRITEBYTECODE =
# A Debian without python3-venv makes .venv without pip: then the pip of $(PYTHON) installs into it.
INSTALL = $$($(BIN)/python -m pip --version >/dev/null 2>&1 && echo "$(BIN)/python -m pip" || echo "$(PYTHON) -m pip --python $(BIN)/python") install --quiet --disable-pip-version-check
COMPILE = $(BIN)/uv pip compile setup.cfg --extra embedded --universal --generate-hashes --no-header --no-emit-index-url -q

# Without what these lists hold already, in the same versions.
BESIDE = $$(for list in $(1); do echo -c $$list; sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' $$list; done)

.DEFAULT_GOAL := help
.PHONY: help setup run test journeys bench shape lint types catalogues suite lock sbom

help: ## what each command does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/ —/'

setup: .venv/.ready ## install what running needs into .venv; touches nothing else

.venv/.ready: requirements.txt setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON= names another one." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "pip is needed (on Debian: apt install python3-pip)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv; }
	@$(INSTALL) --require-hashes -r requirements.txt && $(INSTALL) --no-deps -e .
	@touch $@

.venv/.tests: .venv/.ready deploy/requirements-s3.txt tests/requirements.txt
	@$(INSTALL) --require-hashes -r requirements.txt -r deploy/requirements-s3.txt -r tests/requirements.txt
	@touch $@

run: setup ## start everything with demonstration data and print `ready <url>`
	@exec $(BIN)/flask up

# The suite waits for a database much of the time, journeys for a browser: they run at once.
test: lint types catalogues ## everything that has to be right
	@$(MAKE) --no-print-directory -j2 suite journeys

lint: .venv/.tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/python -m tests.dead

types: .venv/.tests
	@$(BIN)/mypy

catalogues: setup
	@$(BIN)/flask translations check >/dev/null

suite: .venv/.tests ## the tests without a browser
	@$(BIN)/pytest -m "not journey" -n auto --dist loadgroup --durations=20 --durations-min=1

journeys: .venv/.tests ## the tests in a real browser, if there is one
	@$(BIN)/python -m tests.journeys.browser && $(BIN)/pytest -m journey tests/journeys || test $$? -eq 70

shape: .venv/.tests ## the shape of the verbs in numbers
	@$(BIN)/python -m tests.guard.shape

bench: .venv/.tests ## measure, each number beside its floor
	@$(BIN)/python -m bench

lock: setup ## make the hashed lists of what is installed anew: for running, and what a bucket and tests add
	@$(INSTALL) uv
	@$(COMPILE) -o requirements.txt
	@$(COMPILE) --extra s3 $(call BESIDE,requirements.txt) -o deploy/requirements-s3.txt
	@$(COMPILE) --extra s3 --extra test $(call BESIDE,requirements.txt deploy/requirements-s3.txt) -o tests/requirements.txt

sbom: ## print the list of components of the locks, as CycloneDX JSON
	@$(PYTHON) .ci/sbom.py
