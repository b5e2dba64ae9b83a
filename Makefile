# `make run` and `make test` are all that a newcomer needs; they install what they use into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test quick lint types unit imports coverage fuzz format bench generate extension e2e screenshots clean help

help:  ## show this list
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(STAMP)

run: $(STAMP)  ## run a first spell
	$(BIN)/llmspell-run examples/getting-started/first-spell.lua --name "$${USER:-world}"

test: lint types imports unit  ## lint, types, package contracts, all tests but those of real editors

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/mypy vscode-extension/generate.py

imports: $(STAMP)
	$(BIN)/lint-imports

unit: $(STAMP)
	$(BIN)/pytest -n 2 --durations 25 --ignore tests/e2e

# Rooms whose tests run in the process itself; measuring the others would take half an hour.
ROOMS := lua globals state events config security telemetry
coverage: $(STAMP)  ## which lines of the runtime the tests reach
	$(BIN)/pytest -n 2 -q $(ROOMS:%=tests/runtime/%) --cov --cov-report=term:skip-covered

quick: $(STAMP)  ## the tests that take seconds
	$(BIN)/pytest -n 2 -q -m 'not slow' --ignore tests/e2e

fuzz: $(STAMP)  ## the random tests with ever other examples, until one fails
	while $(BIN)/pytest -q -n 2 -m hypothesis --hypothesis-profile fuzz --ignore tests/e2e; do :; done

format: $(STAMP)  ## put every file into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(STAMP)  ## write everything that is generated: references, API, the extension's manifest
	$(BIN)/python -m llmspell.tools.catalogue
	$(BIN)/python -m llmspell.tools.reference
	$(BIN)/python -m llmspell.globals.generate
	$(BIN)/python -m llmspell.config.reference
	$(BIN)/python -m llmspell.cli.reference
	$(BIN)/python -m llmspell_server.reference
	$(BIN)/python -m llmspell_debug_adapter.reference
	$(BIN)/python vscode-extension/generate.py

bench: $(STAMP)  ## measure, and print the figures as a table
	$(BIN)/python -m tests.benchmarks
	$(BIN)/pytest -q tests/benchmarks --benchmark-enable --benchmark-only --benchmark-columns=median,ops

extension: $(STAMP)  ## build vscode-extension/llmspell-VERSION.vsix, with the wheel in it
	rm -rf vscode-extension/wheel
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir vscode-extension/wheel .
	cd vscode-extension && npm ci --no-audit --no-fund && npm run --silent package

e2e: $(VENV)/.e2e  ## real editors drive the servers; those that are not installed are skipped
	$(BIN)/pytest -rs -n 2 --dist worksteal tests/e2e

screenshots: $(VENV)/.e2e  ## pictures for the extension's README, made by its tests
	$(BIN)/pytest -q tests/e2e/test_walkthrough.py tests/e2e/test_tools_window.py tests/e2e/test_models_window.py
	for each in walkthrough debug side-bar tools models; do cp build/pictures/$$each.png vscode-extension/screenshots; done

$(VENV)/.e2e: $(STAMP)
	$(BIN)/python -m pip install --quiet --editable '.[dev,e2e]'
	tests/e2e/install_editors.sh
	@touch $(VENV)/.e2e

clean:
	rm -rf $(VENV) vscode-extension/node_modules vscode-extension/dist vscode-extension/out .mypy_cache .ruff_cache .coverage* .hypothesis
