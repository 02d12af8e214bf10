# Everything runs in .venv, which the first target makes; nothing outside the repository is changed.
# PYTHON=/path/to/python chooses the interpreter for a new .venv, TESTS=tests/engine a part of the tests,
# WORKERS=0 runs them in one process (for a debugger).
.DEFAULT_GOAL := help
.PHONY: help demo test test-latest test-lowest test-kill lint format bench lock

BIN := .venv/bin
INSTALLED := .venv/.installed
WORKERS ?= 3
TESTS ?=
export PYTHON

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED): pyproject.toml requirements/dev.txt scripts/bootstrap
	@sh scripts/bootstrap
	@touch $@

demo: $(INSTALLED) ## plan, apply and plan again on emulators of the vendors' systems; needs no account
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo

test: $(INSTALLED) ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-latest: ## run all tests with the newest versions of all packages, in .venv-latest
	@sh scripts/bootstrap latest
	.venv-latest/bin/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-lowest: ## run all tests with the oldest versions of what mopsctl imports, in .venv-lowest
	@sh scripts/bootstrap lowest
	.venv-lowest/bin/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-kill: $(INSTALLED) ## kill a run at every write, and let each of its calls go wrong; takes many minutes
	$(BIN)/python -m pytest -n 0 --capture=sys -m kill_matrix tests/journeys/test_kill_matrix.py tests/journeys/test_killed.py

lint: $(INSTALLED) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED) ## fix what the style check can fix itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## measure the speed budget, as ratios within one run
	$(BIN)/python bench/run.py

lock: ## write the locked versions in requirements/ anew, with hashes
	@sh scripts/lock
