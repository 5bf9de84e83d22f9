# The two commands of the README are `make demo` and `make test`; neither needs the other.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8050
BIN := .venv/bin
# Where this is set, every process would compile pandas anew: three seconds each time.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test check format lock clean bench

demo: .venv/.product
	OUTCOMES_HOME="$${OUTCOMES_HOME:-$(CURDIR)/.demo}" $(BIN)/outcomes demo --port $(PORT) --out out

test: .venv/.tests .venv/.browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/.tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m warehouse.metrics.catalog --check METRICS.md
	$(BIN)/python -m warehouse.dictionary --check docs/dictionary.md

format: .venv/.tests
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python -m warehouse.metrics.catalog METRICS.md
	$(BIN)/python -m warehouse.dictionary docs/dictionary.md

# Pins with hashes and without host names; run after changing dependencies in pyproject.toml.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: .venv/.setup
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
	printf "setuptools\nuv\n" | $(LOCK) - -o requirements-setup.lock

clean:
	rm -rf .venv .demo out

.venv/.setup: requirements-setup.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	touch $@

.venv/.product: requirements.lock pyproject.toml .venv/.setup
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

.venv/.tests: requirements-test.lock .venv/.product
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-test.lock
	touch $@

# Browser tests want Chromium: the distribution's where we may install it, else Playwright's own.
.venv/.browser: .venv/.tests
	@if [ -x /usr/bin/chromium ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else $(BIN)/playwright install chromium; fi
	touch $@
