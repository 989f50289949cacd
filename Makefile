# Two commands matter: `make run` and `make test`. Each sets up what it needs first.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8501

.DEFAULT_GOAL := help
.PHONY: help run test check format bench shots clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Warmstart needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements.txt requirements-bench.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

run: $(VENV)/.run  ## set up and open the app in the browser
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: $(VENV)/.dev  ## set up and run the tests (ARGS="tests/core -k split" for some of them)
	$(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist loadscope)

check: $(VENV)/.dev  ## lint, formatting, types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

format: $(VENV)/.dev  ## put the code into shape
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: $(VENV)/.bench  ## measure every claim of the README (takes a while; a quiet machine, please)
	for script in benchmarks/[a-z]*.py; do case $$script in */common.py) ;; *) $(BIN)/python $$script || exit 1;; esac; done

shots: $(VENV)/.dev  ## photograph every page of the app at two widths, into shots/
	$(BIN)/python -m tests.e2e.shots

clean:  ## remove what the other commands made (not your data)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov shots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
