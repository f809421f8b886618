# Needs make, Python 3.11 or newer with venv, and a package index; everything else goes into $(VENV).

PYTHON       ?= python3
PYTEST_ARGS  ?=
BENCH_ARGS   ?=
FUZZ_SECONDS ?= 300
CHROMIUM     ?=

VENV  := .venv
BIN   := $(VENV)/bin
RUN   := $(VENV)/.rnnhw-installed
TESTS := $(VENV)/.rnnhw-tests-installed
FUZZ  := $(VENV)/.rnnhw-fuzz-installed
HOMEWORK := lstm_forward adam_step binary_addition vanishing_gradient

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lint check bench fuzz test-browser format clean

help:  ## say what there is to make
	@sed -n 's/^\([a-z][a-z-]*\):.*  ## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-17s %s\n", $$1, $$2 }'

demo: $(RUN)  ## solve the bundled homework and check a bundled answer sheet
	@$(compile)
	@for name in $(HOMEWORK); do \
	    printf '\n$$ rnnhw solve problems/%s.yaml\n' "$$name"; \
	    $(BIN)/rnnhw solve "problems/$$name.yaml" || exit; \
	done
	@printf '\n$$ rnnhw check problems/answers/004_problem_4.yaml\n'
	@$(BIN)/rnnhw check problems/answers/004_problem_4.yaml || [ $$? -eq 1 ]  # 1: the sheet has wrong lines, and it has

test: $(TESTS)  ## run the tests
	@$(compile)
	@$(BIN)/python -m pytest -q $(PYTEST_ARGS)

lint: $(TESTS)  ## look at format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check: lint test  ## format, lint, types, and the tests with warnings as errors

bench: $(TESTS)  ## measure: start-up, reading, long sequences, large classes
	@$(compile)
	@$(BIN)/python tests/bench $(BENCH_ARGS)

fuzz: $(FUZZ)  ## throw answer sheets at it, guided by coverage, for FUZZ_SECONDS (300)
	@$(BIN)/python tests/fuzz $(FUZZ_SECONDS)

test-browser: $(TESTS)  ## open its pages in a headless Chromium
	@CHROMIUM='$(CHROMIUM)' $(BIN)/python -m pytest -q tests/browser $(PYTEST_ARGS)

format: $(TESTS)  ## rewrite the code as ruff would have it
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

clean:  ## remove what make and the tools made
	rm -rf $(VENV) .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find rnn_hw tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Where PYTHONDONTWRITEBYTECODE is set, every start would compile the package again.
compile = $(BIN)/python -m compileall -q rnn_hw

# $(call install,WHAT): pip is silent unless it fails.
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --editable $(1) \
	    >$(VENV)/install.log 2>&1 </dev/null || { cat $(VENV)/install.log >&2; exit 1; }

$(VENV)/.rnnhw-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    version=`$(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null || echo 'not to be had'`; \
	    echo "rnnhw needs Python 3.11 or newer, and '$(PYTHON)' is $$version; name another: make PYTHON=python3.12" >&2; \
	    exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN): $(VENV)/.rnnhw-venv pyproject.toml
	@echo "Installing rnnhw into $(VENV) ..." >&2
	@$(call install,.)
	@touch $@

$(TESTS): $(VENV)/.rnnhw-venv pyproject.toml
	@echo "Installing rnnhw and its test tools into $(VENV) ..." >&2
	@$(call install,'.[test]')
	@touch $(RUN) $@

WITH_FUZZ := '.[test,fuzz]'

$(FUZZ): $(TESTS)
	@echo "Installing the fuzzer atheris into $(VENV) ..." >&2
	@($(call install,$(WITH_FUZZ))) || { \
	    echo "atheris cannot be installed here: it has wheels for Linux on x86-64, Python 3.11 to 3.13" >&2; exit 1; }
	@touch $@
