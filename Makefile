# Everything is set up in .venv; nothing outside this folder is touched.
PYTHON ?= python3
BIN := .venv/bin
PIP := PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet

.PHONY: demo test lint format audit bench chaos shots reference clean

demo: .venv/demo.installed ## the whole product on this machine: no account, no server, no network
	@$(BIN)/lamed demo

test: .venv/dev.installed ## every test, on real servers of its own
	@$(BIN)/pytest --numprocesses=2 --dist=worksteal --basetemp=.test-files $(ARGS)

lint: .venv/dev.installed ## style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/dev.installed
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/dev.installed ## what tracking and reading cost, measured on this machine
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: .venv/dev.installed ## break the whole stack under load in every way, then count: nothing lost, nothing doubled
	@$(BIN)/python -m tests.chaos $(ARGS)

audit: .venv/dev.installed ## known vulnerabilities of what an installation of today gets
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && .venv/audit/bin/python -m pip install --quiet 'pip-audit>=2.9,<3'; }
	@$(BIN)/python -m tests.audit .venv/audit

shots: .venv/dev.installed ## the pictures in docs/, taken from the real screens
	@$(BIN)/python -m docs.make_shots

reference: .venv/dev.installed ## docs/configuration.md and docs/commands.md, from the model and the commands
	@$(BIN)/python docs/make_reference.py

clean:
	rm -rf .venv .test-files dist build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("lamed-tui needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; on Debian or Ubuntu: apt install python3-venv" >&2; rm -rf .venv; exit 1; }

.venv/demo.installed: .venv/bin/python pyproject.toml
	@echo "Installing lamed-tui and the demo's servers into .venv (once, under a minute) ..."
	@$(PIP) --editable '.[demo]'
	@touch $@

.venv/dev.installed: .venv/bin/python pyproject.toml
	@echo "Installing lamed-tui and the development tools into .venv (once, about a minute) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ .venv/demo.installed
