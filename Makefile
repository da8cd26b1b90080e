# The same commands locally and in CI. Everything they need goes into .venv and .local of this folder.
PYTHON ?= python3
PY := .venv/bin/python
FEED ?= ../shared/data/real-orders.jsonl
ENGINE ?= memory
LIMIT ?= 0
CHECKED := app.py bench chalicelib infra localcloud tools tests

.DEFAULT_GOAL := help
.PHONY: help setup run demo test fuzz fuzz-histories fuzz-cheats fuzz-examples fuzz-faults fuzz-requests fuzz-races fuzz-order mutate bench check format docs replay package clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

setup: .venv/.ready ## install what the other commands need

.venv/.ready: requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup ## run the whole system on this machine until Ctrl-C
	$(PY) -m localcloud run

demo: setup ## play thirteen stories against the local cloud
	$(PY) -m localcloud demo

test: setup ## run all tests; every run has the same seeds, counts and order
	$(PY) -m pytest -n 2 --dist loadscope

fuzz: fuzz-histories fuzz-cheats fuzz-examples fuzz-faults fuzz-requests fuzz-races fuzz-order ## hunt for faults from a new seed, up to two hours: [FUZZ_SEED=n]

ifndef FUZZ_SEED
FUZZ_SEED := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
endif
unexport FUZZ_SEED
TOLD = @echo "$@ draws from seed $(FUZZ_SEED). The same again: make $@ FUZZ_SEED=$(FUZZ_SEED)"
HUNT = FUZZ_SEED=$(FUZZ_SEED) $(PY) -m pytest --randomly-seed=$(FUZZ_SEED) --hypothesis-seed=$(FUZZ_SEED)

fuzz-histories: setup
	$(TOLD)
	FUZZ_TIMES=6 $(HUNT) -s tests/domain/test_properties.py

fuzz-cheats: setup
	$(TOLD)
	FUZZ_TIMES=180 $(HUNT) -s tests/domain/cheats/test_search.py -k better

fuzz-examples: setup
	$(TOLD)
	FUZZ_TIMES=20 $(HUNT) -n 2 --dist loadscope -m hypothesis tests/api tests/domain tests/notify tests/store

fuzz-faults: setup
	$(TOLD)
	FUZZ_TIMES=20 $(HUNT) -n 2 --dist loadscope tests/reliability tests/domain/test_payments.py tests/store/test_memory_table.py

fuzz-requests: setup
	$(TOLD)
	FUZZ_TIMES=100 $(HUNT) tests/system/test_schemathesis.py

fuzz-races: setup
	$(TOLD)
	FUZZ_TIMES=10 $(HUNT) -s tests/engine/test_same_opening.py tests/engine/test_races.py tests/engine/test_sweeps.py

fuzz-order: setup
	$(TOLD)
	$(PY) -m pytest -n 2 --dist loadscope --randomly-seed=$(FUZZ_SEED)

mutate: setup ## weaken the tables, reads, locks and expiries one at a time: does a test notice?
	$(PY) -m tools.mutate
	$(PY) -m tools.mutate_store

check: setup ## check style, types, architecture, templates and generated pages
	.venv/bin/ruff check $(CHECKED)
	.venv/bin/ruff format --check $(CHECKED)
	.venv/bin/mypy $(CHECKED)
	.venv/bin/lint-imports
	$(PY) -m localcloud package prod --out .local/check
	.venv/bin/cfn-lint .local/check/sam.json
	$(PY) -m tools.pages --check

format: setup ## put the code into shape
	.venv/bin/ruff check --fix $(CHECKED)
	.venv/bin/ruff format $(CHECKED)

docs: setup ## write the generated pages
	WRITE_EXAMPLES=1 $(PY) -m pytest -q tests/api/test_examples.py
	$(PY) -m tools.pages

replay: setup ## replay real orders through the same services: FEED=file [ENGINE=ministack] [LIMIT=200]
	$(PY) -m localcloud replay --feed $(FEED) --engine $(ENGINE) --limit $(LIMIT)

bench: setup ## measure what things cost, as ratios of one run
	$(PY) -m bench

package: setup ## build the deployment package of production, in build/
	$(PY) -m localcloud package prod --out build

clean: ## remove what the other commands made
	rm -rf .venv .local build .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
