# Everything runs in .venv, made from pyproject.toml and constraints.txt. `make help` lists the targets.

SHELL := bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PIP := -m pip install --quiet --disable-pip-version-check
ARGS ?=
DATASETS ?=
MODELS ?= models
STARTER_SETS := $(addprefix ../shared/data/,chickencam chookegg)
# The first Python that fits; another one: make PYTHON=/path/to/python demo
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: pictures help model demo test check pytest bench notebook accuracy label-efficiency soak install constraints clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		while IFS='|' read -r target what; do printf '  %-18s %s\n' "$$target" "$$what"; done

demo: $(STAMP) ## a day in the hen house, on real pictures where there are any (ARGS="--speed 100")
	@$(BIN)/henbot demo $(ARGS)

test: check pytest ## what CI runs: make check, then every test

pytest: $(STAMP) ## every test, without make check (ARGS="-k watch")
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP) ## style, types, who imports whom, and that migrations and tables agree
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.check_migrations

bench: $(STAMP) ## how fast detector and bot are on this machine, the bot over ten simulated years (ARGS="--times 50")
	@$(BIN)/python -m benchmarks.speed && folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && missed=0 && \
	for part in "answers $(ARGS)" charts; do \
		echo; $(BIN)/python -m benchmarks.$$part --database "$$folder/ten-years.db" || missed=1; \
	done; echo; $(BIN)/python -m benchmarks.live_training --alone 15 --beside 60 || missed=1; exit $$missed

notebook: $(STAMP) ## run notebooks/train_your_flock.ipynb, on drawn pictures or HENBOT_DATA (ARGS=out.ipynb keeps it)
	@$(BIN)/python -m benchmarks.notebook $(ARGS)

accuracy: $(STAMP) ## how right the detector is on the labelled pictures
	@$(BIN)/python -m benchmarks.accuracy $(ARGS)

label-efficiency: $(STAMP) ## how many labels asking by choice saves against asking at random, into docs/
	@$(BIN)/python -m benchmarks.label_efficiency --days $(ARGS)

soak: $(STAMP) ## bot and detector for a long time, with faults
	@$(BIN)/python -m benchmarks.soak $(ARGS)

pictures: $(STAMP) ## make docs/pictures anew, from drawn scenes and simulated years (needs Chromium)
	@$(BIN)/python -m tests.make_pictures

model: $(STAMP) ## the version that henbot ships, or a keeper's own: make model DATASETS="folder folder" (MODELS=models)
	@if [ -n "$(DATASETS)" ]; then \
		$(BIN)/python -m detector train $(DATASETS) --out $(MODELS) $(ARGS); \
	else \
		folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && set -e && \
		$(BIN)/python -m detector train $(STARTER_SETS) --fine-tune --out "$$folder/models" $(ARGS) && \
		$(BIN)/python -m detector.training.starter "$$folder/models"; \
	fi

install: $(STAMP) ## make .venv and install all of henbot in it

$(STAMP): pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "henbot needs Python 3.11, 3.12 or 3.13, and none was found on the PATH."; \
		echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv), or: make PYTHON=/path/to/python $(MAKECMDGOALS)"; \
		exit 1; \
	fi
	@$(BIN)/python -c '' 2>/dev/null || { \
		echo "Making $(VENV) with $$($(PYTHON) --version) ..."; \
		$(PYTHON) -m venv --clear $(VENV) || { \
			echo "The venv could not be made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; \
	}
	@echo "Installing henbot and what it needs (some minutes the first time) ..."
	@$(BIN)/python $(PIP) --constraint constraints.txt --editable '.[all,dev]'
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { \
		echo "OpenCV is installed but does not start: it wants libGL and glib from the system."; \
		echo "On Debian and Ubuntu: apt-get install libgl1 libglib2.0-0"; \
		echo "It said: $$($(BIN)/python -c 'import cv2' 2>&1 | tail -n 1)"; \
		exit 1; \
	}
	@touch $(STAMP)

constraints: ## pin every dependency anew, from a clean venv
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && set -e -o pipefail && \
	$(PYTHON) -m venv "$$folder/venv" && "$$folder/venv/bin/python" $(PIP) '.[all,dev]' && \
	echo "# Made by \`make constraints\` with $$($(PYTHON) --version); used by every install." > "$$folder/pins" && \
	"$$folder/venv/bin/python" -m pip list --format=freeze --exclude henbot --exclude pip --exclude setuptools \
		>> "$$folder/pins" && cp "$$folder/pins" constraints.txt && wc -l constraints.txt

clean: ## remove what make made: .venv, caches, packages (never models, media or databases)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
