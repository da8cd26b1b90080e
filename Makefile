# The same commands locally and in CI. Everything they need goes into .venv and .local of this folder.
PYTHON ?= python3
ARCH ?= x86_64
# Each other interpreter has an environment of its own: make test PYTHON=python3.13
VENV := $(if $(filter python3,$(PYTHON)),.venv,.local/$(notdir $(PYTHON)))
PY := $(VENV)/bin/python
FEED ?= ../shared/data/real-orders.jsonl
ENGINE ?= memory
LIMIT ?= 0
CHECKED := app.py bench chalicelib infra localcloud ops tools tests

.DEFAULT_GOAL := help
.PHONY: help setup run demo test deep e2e screenshots fuzz fuzz-histories fuzz-cheats fuzz-examples fuzz-faults fuzz-requests fuzz-races fuzz-order mutate audit bench check format docs rehearse replay package deploy matrix clean

help: ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

setup: $(VENV)/.ready ## install what the other commands need

$(VENV)/.ready: requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: setup ## run the whole system on this machine until Ctrl-C
	$(PY) -m localcloud run

demo: setup ## play thirteen stories against the local cloud
	$(PY) -m localcloud demo

test: setup ## run the tests; every run has the same seeds, counts and order
	$(PY) -m pytest -n 2 --dist loadscope -m "not deep"

deep: setup ## run the tests that take minutes: 10,000 histories, an upgrade, a restore, clients in other languages
	$(PY) -m pytest -n 2 --dist loadscope -m deep

e2e: setup ## play everything through the web app's pages in a real browser
	E2E=1 $(PY) -m pytest -n 0 tests/web

screenshots: setup ## write pictures of the web app's pages into docs/web
	$(PY) -m tests.web.screenshots

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
	FUZZ_TIMES=34 $(HUNT) tests/statistics/test_counting.py

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
	$(VENV)/bin/ruff check $(CHECKED)
	$(VENV)/bin/ruff format --check $(CHECKED)
	$(VENV)/bin/mypy $(CHECKED)
	$(VENV)/bin/lint-imports
	$(PY) -m localcloud package prod --out .local/check
	$(VENV)/bin/cfn-lint .local/check/sam.json infra/web.yaml
	$(PY) -m tools.template_check .local/check/sam.json
	$(PY) -m tools.pages --check
	$(PY) -m localcloud check-web

format: setup ## put the code into shape
	$(VENV)/bin/ruff check --fix $(CHECKED)
	$(VENV)/bin/ruff format $(CHECKED)

docs: setup ## write the generated pages
	$(PY) -m localcloud web-types
	WRITE_EXAMPLES=1 $(PY) -m pytest -q tests/api/test_examples.py
	$(PY) -m tools.pages

rehearse: setup ## upgrade from release 0.2.0 on this machine and roll back, while calls go on
	$(PY) -m localcloud rehearse

replay: setup ## replay real orders through the same services: FEED=file [ENGINE=ministack] [LIMIT=200]
	$(PY) -m localcloud replay --feed $(FEED) --engine $(ENGINE) --limit $(LIMIT)

audit: setup ## look up every pinned dependency among known vulnerabilities; exits with 3 if the source does not answer
	$(PY) -m tools.dependency_audit

bench: setup ## measure what things cost, as ratios of one run
	$(PY) -m bench

PACKAGE = --arch $(ARCH) $(if $(POLICIES),--policies $(POLICIES))

package: setup ## build production's package, in build/: [PYTHON=python3.13] [ARCH=arm64] [POLICIES=file]
	$(PY) -m localcloud package prod --out build $(PACKAGE)

deploy: setup ## package, upload and deploy production: STACK=name BUCKET=name PARAMS=file [REVIEW=1]
	$(if $(and $(STACK),$(BUCKET),$(PARAMS)),,$(error Say what to deploy: make deploy STACK=name BUCKET=your-bucket PARAMS=file; docs/operations.md explains them))
	@$(PY) -m localcloud deploy --stack $(STACK) --bucket $(BUCKET) --params $(PARAMS) $(if $(REVIEW),--review) $(PACKAGE)

matrix: setup ## package, and run the tests, under every supported Python of this machine: [MATRIX=all]
	$(PY) -m tools.matrix $(if $(filter all,$(MATRIX)),--all)

clean: ## remove what the other commands made
	rm -rf web/node_modules web/dist tests/web/node_modules
	rm -rf .venv .local build .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
