# Two commands matter: `make demo` and `make test`. Both need Python 3.11 or later, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data

.PHONY: demo test test-reliability soak lint bench check-real lock clean

demo: $(READY)
	$(BIN)/modiste demo $(ARGS)

# Where the real data is, the tests that read it run too; elsewhere they say why they do not.
test: export MODISTE_REAL_DATA ?= $(abspath $(wildcard $(DATA)))
test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term --cov-fail-under=90 $(ARGS)

# Real processes, killed and starved: ARGS=--ci some minutes, the short form ten, the soak hours.
test-reliability: $(READY)
	$(BIN)/python -m tests.reliability $(ARGS)

soak: $(READY)
	$(BIN)/python -m tests.reliability --soak $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(READY)
	@test -n "$(NAME)" || { echo "Name a benchmark: make bench NAME=real. There are: $(filter-out caption_names generated_shop harness held_out judged_phrases judged_texts nearest paired_scores obvious_app public_sets random_texts service_release timing training_ways wrk_steps,$(basename $(notdir $(wildcard benchmarks/*.py))))"; exit 2; }
	$(BIN)/python benchmarks/$(NAME).py $(if $(filter command line environment,$(origin DATA)),--data $(DATA)) $(ARGS)

check-real: $(READY)
	$(BIN)/python benchmarks/real.py --data $(DATA) $(ARGS)

# The environment is made again whenever the lock or the package's metadata change.
$(READY): requirements.lock setup.cfg pyproject.toml setup.py modiste/api/browser_runtime.py
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "modiste needs Python 3.11 or later. Received: " + sys.version + ". Name another: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python modiste/api/browser_runtime.py
	touch $(READY)

lock:
	uv pip compile setup.cfg --all-extras --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) demo runs .mypy_cache .ruff_cache .pytest_cache .coverage
