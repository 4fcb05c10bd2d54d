# Two commands do everything: `make demo` (a real run, and the page) and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV ?= uv
DEMO ?= submissions/densenet_8bit --runs 1
# Two workers: one for the tests of the engine, which mostly wait, one for the others. Empty for one after the other.
TESTERS ?= -n 2

.PHONY: help demo site test check bench gpu-check lint format setup setup-workload setup-dev clean lock
.DEFAULT_GOAL := help

help:  ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

demo: setup  ## Run densenet_8bit for real on the embedded data, and build the leaderboard
	@if $(BIN)/python -m harness.runtime; then \
	  echo "demo: an engine answers, so the run is in a Docker container"; runtime=docker; \
	else \
	  echo "demo: no Docker engine answers, so the run is a process on this host, and its record says so"; runtime=host; \
	  $(MAKE) --no-print-directory setup-workload || exit $$?; \
	fi; \
	$(BIN)/harness run $(DEMO) --runtime $$runtime && $(BIN)/harness leaderboard build

site: setup  ## Make the public leaderboard from what is published here, and nothing else, into leaderboard/
	@mkdir -p leaderboard
	@find leaderboard -mindepth 1 -maxdepth 1 ! -name results ! -name again ! -name ledger.jsonl -exec rm -r {} +
	$(BIN)/harness leaderboard build --published

test: setup-dev  ## Lint, type check and every test (as CI does)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(TESTERS)

check: setup-dev  ## The quick part of the tests: no engine, no browser, nothing slow
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not engine and not browser and not slow"

bench: setup-dev  ## Time what docs/measurements/ keeps (minutes; an otherwise idle machine)
	$(BIN)/python -m benchmarks.training_throughput $(BENCH)
	$(BIN)/python -m benchmarks.container_overhead
	$(BIN)/python -m benchmarks.mammography_reading
	$(BIN)/python -m benchmarks.statistics_simulation
	$(BIN)/python -m benchmarks.quality_simulation
	taskset -c 0 $(BIN)/python -m benchmarks.statistics_speed
	taskset -c 0 $(BIN)/python -m benchmarks.pairs_speed
	$(BIN)/python -m benchmarks.leaderboard_scale

gpu-check: setup-workload  ## Check the meter on this machine's GPU, and write a report to docs/measurements/
	$(BIN)/python -m benchmarks.gpu_check --out docs/measurements/gpu-check.md

lint: setup-dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup-dev  ## Let ruff write the code's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/.host  ## The light install: everything but torch
setup-workload: $(VENV)/.workload  ## And torch, timm, bitsandbytes, for runs without a container
setup-dev: $(VENV)/.dev  ## And what the tests need

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "LeanMed needs Python 3.11 or later; name one with: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv"; exit 3; }

# A lock holds every package with its hashes. Dependencies that a package names but LeanMed doesn't use are left out of
# it (pylidc's plotting), so pip is told not to add any.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
$(VENV)/.host: requirements/host.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing the harness ..."
	@$(INSTALL) --require-hashes -r requirements/host.txt
	@$(INSTALL) --editable .
	@touch $@
$(VENV)/.workload: requirements/workload.txt $(VENV)/.host
	@echo "installing torch and what the workload needs (about 3 GB to fetch) ..."
	@$(INSTALL) --require-hashes -r requirements/workload.txt
	@touch $@
$(VENV)/.dev: requirements/dev.txt $(VENV)/.workload
	@echo "installing what the tests need ..."
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

clean:  ## Remove what was made here (the virtual environment and caches); runs and data in the home folder stay
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info

COMPILE = $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock:  ## Resolve every dependency again and write the lock files (needs `uv`)
	$(COMPILE) --universal --python-version 3.11 pyproject.toml -o requirements/host.txt
	$(COMPILE) --universal --python-version 3.11 --extra workload -c requirements/host.txt pyproject.toml -o requirements/workload.txt
	$(COMPILE) --universal --python-version 3.11 --extra workload --extra dev -c requirements/workload.txt pyproject.toml -o requirements/dev.txt
	$(COMPILE) --no-config --universal --python-version 3.11 requirements/croissant.in -o requirements/croissant.txt
	for v in 3.11 3.12 3.13; do \
	  $(COMPILE) --python-version $$v --python-platform x86_64-manylinux_2_28 -c requirements/workload.txt docker/requirements.in -o docker/requirements-py$$v.txt || exit 1; \
	done
