# Grievance. Needs python3 (3.11 or newer), pip and make; everything else is installed in .venv.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
HOST ?= 127.0.0.1
export HOST PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test journeys bench lint types catalogues suite lock

help: ## what each command does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/ —/'

setup: .venv/.ready ## install what is needed into .venv; touches nothing else

.venv/.ready: requirements.txt setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON= names another one." >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "pip is needed (on Debian: apt install python3-pip)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; $(PYTHON) -m venv --without-pip .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 && own="$(BIN)/python -m pip" || own="$(PYTHON) -m pip --python $(BIN)/python"; \
	 $$own install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && \
	 $$own install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

run: setup ## start everything with demonstration data and print `ready <url>`
	@exec $(BIN)/flask up

test: setup lint types catalogues suite journeys ## everything that has to be right

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types: setup
	@$(BIN)/mypy

catalogues: setup
	@$(BIN)/flask translations check >/dev/null

suite: setup ## the tests without a browser
	@$(BIN)/pytest -m "not journey" -n auto --dist loadgroup

journeys: setup ## the tests in a real browser, if there is one
	@$(BIN)/python -m tests.journeys.browser && $(BIN)/pytest -m journey tests/journeys || test $$? -eq 70

bench: setup ## measure, each number beside its floor
	@$(BIN)/python -m bench

lock: ## make the hashed list of what is installed anew
	@$(BIN)/python -m pip install --quiet uv && $(BIN)/uv pip compile setup.cfg --extra embedded --extra test --universal --generate-hashes --no-header --no-emit-index-url -q -o requirements.txt
