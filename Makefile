# Every habit of this tree. `make` alone lists them; CONTRIBUTING.md says when to use which.

PYTHON ?= python3
SEEDS ?= 200
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help install demo test browser lint types contracts licences pytest simulate bench docs causes lock clean

help: ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

install: $(VENV)/.run ## build .venv with .venv/bin/tieout from the locked requirements

demo: install ## sandboxes, a made-up company, Tieout itself: serves until Ctrl-C
	$(BIN)/tieout demo

# One after the other, whatever -j says: the cheap checks speak first, and pytest's tally stands last.
test: ## everything that must hold before a change is taken
	@$(MAKE) --no-print-directory install $(VENV)/.test
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory contracts
	@$(MAKE) --no-print-directory licences
	@$(MAKE) --no-print-directory pytest

browser: ## install the system's Chromium for the tests of the pages, where there is none
	@scripts/install-browser

lint: $(VENV)/.test ## ruff: all rules, and the format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.test ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.test ## which room may import which
	$(BIN)/lint-imports --no-logo

licences: $(VENV)/.test ## every dependency's licence is one that we accept
	$(BIN)/python scripts/licences.py

# The pages have a run of their own: the browser's client keeps a loop running in its worker, where others start theirs.
pytest: $(VENV)/.test ## pytest alone, on two cores
	$(BIN)/pytest tests/web -n 2 --dist loadfile
	$(BIN)/pytest --ignore tests/web -n 3 --dist worksteal

simulate: $(VENV)/.test ## the whole system under many seeds: make simulate SEEDS=2000
	$(BIN)/python -m tests.simulation $(SEEDS)

bench: $(VENV)/.test ## measure, and write bench/RESULTS.md
	$(BIN)/python -m bench

docs: $(VENV)/.test ## compare the documents with the code
	$(BIN)/pytest tests/house/test_documents.py

causes: $(VENV)/.test ## write docs/causes.md: each cause, how it is provoked, foreseen and fixed
	$(BIN)/python -m tests.causes

lock: $(VENV)/.run ## resolve pyproject.toml afresh into requirements/
	$(BIN)/python scripts/lock.py

clean: ## remove all that make has made
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .demo src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Tieout needs Python 3.11 or newer as python3, or: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo 'Python cannot make a .venv; on Debian: apt-get install python3-venv' >&2; exit 1; }

# The stamps: nothing is asked of pip while pyproject.toml and the locks are older. Locks hold whole closures, so
# pip looks for nothing beyond them, and the package is built by the locked setuptools.
$(VENV)/.run: pyproject.toml requirements/build.txt requirements/run.txt | $(BIN)/python
	$(PIP) install --no-deps -r requirements/build.txt -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	$(PIP) install --no-deps -r requirements/test.txt
	$(PIP) check
	@touch $@
