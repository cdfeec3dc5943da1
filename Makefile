# Verbs for whoever runs or changes Bankrails. `make help` lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := contracts $(wildcard libs/*) $(wildcard services/*)
STAMP := $(VENV)/.installed
SEED ?= 1
PAYMENTS ?= 60
EXAMPLES ?= 100
# Of `make test`, each with a broker of its own: one more than processors, since tests wait for processes.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check lint types unit contract integration property e2e chaos bench schemas lock clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## install what the project needs into .venv, from the lock file, hashes checked

$(STAMP): requirements.lock pyproject.toml $(addsuffix /pyproject.toml,$(MEMBERS))
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Bankrails needs Python 3.11; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies (once; about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
	@$(BIN)/python -m compileall -q $(addsuffix /src,$(MEMBERS))
	@touch $@

demo: setup ## two stories and four lessons, told by events read from Kafka
	@$(BIN)/bankrails demo

up: setup ## the same parts, left running with one screen, until Ctrl-C
	@$(BIN)/bankrails up

test: setup ## everything that must pass: unit, contract, integration, end to end, a short chaos run: make test WORKERS=2
	@$(BIN)/python -m pytest -q -n $(WORKERS)

check: lint types test ## exactly what CI runs

lint: setup ## ruff, and the import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup ## mypy --strict over every package
	@$(BIN)/mypy $(addsuffix /src,$(MEMBERS))

unit: setup ## decisions, tables and parts alone
	@$(BIN)/python -m pytest -q $(filter-out libs/local-kafka/tests,$(wildcard libs/*/tests)) services/*/tests/unit

contract: setup ## schemas, samples, and one suite per port
	@$(BIN)/python -m pytest -q contracts tests/contract services/*/tests/contract

integration: setup ## one service, real Kafka, SQLite and PostgreSQL, the sandbox over HTTP
	@$(BIN)/python -m pytest -q tests/integration

property: setup ## any story of the money side, ours and the vendor's books compared: make property EXAMPLES=500 SEED=7
	@BANKRAILS_PROPERTY_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q --show-capture=no tests/property --hypothesis-seed=$(SEED)

e2e: setup ## whole processes, the whole story
	@$(BIN)/python -m pytest -q tests/e2e

chaos: setup ## kill -9, vendor faults and duplicates, then compare: make chaos SEED=7 PAYMENTS=200
	@$(BIN)/python -m pytest -q tests/chaos --seed=$(SEED) --payments=$(PAYMENTS)

bench: setup ## throughput, latency and memory beside their baselines, in one run
	@$(BIN)/python tests/bench/run.py

schemas: setup ## write the JSON Schemas and AsyncAPI documents of the contracts again
	@$(BIN)/python -m bankrails_contracts export

lock: setup ## write requirements.lock again from the pyproject files
	@$(BIN)/uv lock --quiet --upgrade
	@$(BIN)/uv export --quiet --frozen --all-packages --all-groups --no-emit-workspace --no-header --no-annotate --format requirements-txt -o requirements.lock

clean: ## remove what runs left behind; .venv and the Kafka cache stay
	@rm -rf .run .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
