# The same commands locally and in CI. Everything they need goes into .venv and .local of this folder.
PYTHON ?= python3
PY := .venv/bin/python
FEED ?= ../shared/data/real-orders.jsonl
ENGINE ?= memory
LIMIT ?= 0
CHECKED := app.py bench chalicelib infra localcloud tools tests

.DEFAULT_GOAL := help
.PHONY: help setup run demo test fuzz mutate bench check format docs replay package clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

setup: .venv/.ready ## install what the other commands need

.venv/.ready: requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup ## the whole system on this machine, until Ctrl-C
	$(PY) -m localcloud run

demo: setup ## nine stories played against the local cloud
	$(PY) -m localcloud demo

test: setup ## all tests
	$(PY) -m pytest --numprocesses 2 --dist loadscope

fuzz: setup ## the long versions of the random tests (about an hour)
	FUZZ_EXAMPLES=100000 FUZZ_HISTORIES=100000 $(PY) -m pytest tests/domain/test_stateful.py tests/domain/test_properties.py
	FUZZ_SEEDS=10000 FUZZ_PAIRS=1 $(PY) -m pytest tests/reliability
	FUZZ_CASES=5000 $(PY) -m pytest tests/system/test_schemathesis.py
	FUZZ_ROUNDS=200 $(PY) -m pytest -s tests/engine/test_same_opening.py tests/engine/test_races.py tests/engine/test_sweeps.py

mutate: setup ## weaken the domain's tables one entry at a time: does a test notice?
	$(PY) -m tools.mutate

check: setup ## style, types, architecture, templates, pages made from code
	.venv/bin/ruff check $(CHECKED)
	.venv/bin/ruff format --check $(CHECKED)
	.venv/bin/mypy $(CHECKED)
	.venv/bin/lint-imports
	$(PY) -m localcloud package prod --out .local/check
	.venv/bin/cfn-lint .local/check/sam.json
	$(PY) -m tools.pages --check

format: setup ## put code into shape
	.venv/bin/ruff check --fix $(CHECKED)
	.venv/bin/ruff format $(CHECKED)

docs: setup ## write the pages made from code
	WRITE_EXAMPLES=1 $(PY) -m pytest -q tests/api/test_examples.py
	$(PY) -m tools.pages

replay: setup ## real orders through the same services: FEED=file [ENGINE=ministack] [LIMIT=200]
	$(PY) -m localcloud replay --feed $(FEED) --engine $(ENGINE) --limit $(LIMIT)

bench: setup ## what things cost, as ratios of one run
	$(PY) -m bench

package: setup ## the deployment package of production, in build/
	$(PY) -m localcloud package prod --out build

clean: ## remove what the other commands made
	rm -rf .venv .local build .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
