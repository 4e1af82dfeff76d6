# Six short commands; `make help` explains them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ONCE ?=

.DEFAULT_GOAL := help

help:            ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed            ## replica, scheduled crawl, ingest, search and console in the browser; ONCE=1: one round, then end
	$(BIN)/difang demo $(if $(ONCE),--once)

test: $(VENV)/installed-test            ## install what tests need (real services too), then every check and every test
	tests/services/install
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/installed-test            ## the linters, the types, the arrows between the rooms; no tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(VENV)/installed-test            ## pin the dependencies anew
	$(BIN)/pip install --quiet --upgrade pip pip-tools
	$(BIN)/pip-compile $(LOCK) --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra bench --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml

clean:            ## remove the virtual environment, the services and all caches; var/ stays
	rm -rf $(VENV) .services .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

LOCK := --quiet --strip-extras --upgrade --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "difang needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.lock
	@touch $@

.PHONY: help demo test check lock clean
