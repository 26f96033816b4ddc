# Everything here sets itself up: Python 3.11 to 3.13 with pip is all it takes.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench drills clean

PYTHON ?= python3
UV := $(shell command -v uv || echo .uv/bin/uv)
RUN := $(UV) run --frozen --no-sync
READY := .venv/.ready
# Two more than there are cores: many tests wait for clocks and for other processes.
WORKERS := $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 2)")
FIGURES := $(CURDIR)/.pytest_cache/drills.jsonl
DRILL = LONG=1 DRILLS=$(FIGURES) $(RUN) pytest -p no:randomly
# What is about how quickly many are answered: nothing else runs beside these.
ALONE := tests/drills/test_crowded.py tests/drills/test_deliveries.py tests/drills/test_soak.py
export UV_PYTHON_DOWNLOADS := never

help:  ## show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(READY)  ## start the bot; without any credentials, against the sandboxes
	$(RUN) interact run

test: lint $(READY)  ## lint, types, and every test
	$(RUN) pytest -n $(WORKERS) --dist worksteal

lint: $(READY)  ## style and types
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

bench: $(READY)  ## measure this bot beside others, on each database, as two processes, and as it grows (12 minutes)
	$(RUN) python -m bench

drills: $(READY)  ## the long form of every drill, in half an hour; rewrites docs/drills.md
	mkdir -p $(dir $(FIGURES)) && rm -f $(FIGURES)
	$(DRILL) -n 2 -rP tests/drills $(ALONE:%=--ignore=%); code=$$?; $(DRILL) -s $(ALONE) || code=$$?; \
		$(RUN) python -m tests.drills.table $(FIGURES) "make drills" && exit $$code

clean:  ## remove what was set up
	rm -rf .venv .uv .tools

$(READY): pyproject.toml uv.lock $(filter .uv/%,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv
