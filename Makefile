# Two commands on a fresh machine: `make report` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
ENGINES_VENV ?= $(VENV)-engines
UV ?= uv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# where this is set every program started, hundreds by the tests, would compile all of the sources again
export PYTHONDONTWRITEBYTECODE :=
# `make lock UPGRADE=--upgrade` moves every pin to its newest release
UPGRADE ?=
LOCK := $(UV) pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help report test test-engines lab notebooks readme lock clean
# two locks must never be installed into one environment at the same time
.NOTPARALLEL:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

report: $(VENV)/.run ## main job: write the page, its figures and tables; prints where the page is
	@$(BIN)/crampstats report

# small matrices: several threads in each of several processes only wait for one another
test: $(VENV)/.test ## run every check: ruff, mypy, import contracts, pytest
	@failed=; \
	for check in "ruff check" mypy lint-imports "python -m pytest --numprocesses=auto --dist=worksteal"; do \
		echo "== $$check"; \
		OPENBLAS_NUM_THREADS=1 $(BIN)/$$check || failed="$$failed [$$check]"; \
	done; \
	if [ -n "$$failed" ]; then echo "make test: failed:$$failed" >&2; exit 1; fi

# the engines inside this process are part of `make test`
test-engines: $(ENGINES_VENV)/.engines ## run tests/engines on Spark (needs Java 17) and Ibis, in an environment of its own
	@OPENBLAS_NUM_THREADS=1 $(ENGINES_VENV)/bin/python -m pytest tests/engines -k "spark or ibis"

lab: $(VENV)/.lab ## open JupyterLab on the notebooks
	@$(BIN)/jupyter-lab notebooks

notebooks: $(VENV)/.test ## execute the notebooks again, in place
	@$(BIN)/python docs/run_notebooks.py

readme: $(VENV)/.test ## bring up to date: numbers and figure of README.md, the public names, the data dictionary of the intake form
	@$(BIN)/python docs/update_readme.py
	@$(BIN)/python docs/update_api.py
	@$(BIN)/python docs/update_clinic_intake.py

lock: ## resolve requirements/*.txt again (needs uv)
	@command -v "$(UV)" >/dev/null 2>&1 || { \
		echo "make lock needs uv, and '$(UV)' was not found: pip install uv, or name it: make lock UV=..." >&2; exit 1; }
	$(LOCK) --output-file requirements/run.txt
	$(LOCK) --extra test --constraints requirements/run.txt --output-file requirements/test.txt
	$(LOCK) --extra lab --constraints requirements/test.txt --output-file requirements/lab.txt
	$(LOCK) --extra duckdb --extra spark --group engines --constraints requirements/test.txt --output-file requirements/engines.txt

clean: ## remove the environment, caches and built packages; reports stay
	rm -rf "$(VENV)" "$(ENGINES_VENV)" build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests data docs benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

# The stamps below make a second call quick: each is renewed only when its lock or pyproject.toml changed.

$(VENV)/.created $(ENGINES_VENV)/.created: %/.created:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
		echo "crampstats needs Python 3.11 or newer, and '$(PYTHON)' was not found." >&2; \
		echo "Install it, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "crampstats needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1)." >&2; \
		echo "Install a newer one, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -m venv "$*" || { \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.created requirements/run.txt pyproject.toml
	@echo "Installing the locked packages into $(VENV) (some minutes the first time)"
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP) install --quiet --require-hashes --requirement requirements/test.txt
	@touch $@

$(VENV)/.lab: $(VENV)/.run requirements/lab.txt
	@echo "Installing JupyterLab into $(VENV)"
	@$(PIP) install --quiet --require-hashes --requirement requirements/lab.txt
	@touch $@

$(ENGINES_VENV)/.engines: $(ENGINES_VENV)/.created requirements/engines.txt pyproject.toml
	@echo "Installing Spark and Ibis into $(ENGINES_VENV) (some minutes the first time)"
	@$(ENGINES_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --require-hashes \
		--requirement requirements/engines.txt
	@$(ENGINES_VENV)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
