# ReserveHub. `make run` starts everything with demo data, `make test` runs the tests;
# both set themselves up and need only Python 3.11 or newer.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
ARGS ?=
# How many test processes; JOBS=0 runs them in one.
JOBS ?= auto

# A dozen processes start here: without kept bytecode each would compile thousands of modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-browser bench lint format screenshots messages lock static clean distclean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed-base: requirements.txt
	@tools/setup base

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt
	@tools/setup dev

run: $(VENV)/.installed-base ## Start everything with demo data on http://127.0.0.1:$PORT (8000)
	@exec $(PY) -m reservehub.local.run

test: $(VENV)/.installed-dev ## Run all tests (ARGS="tests/bookings -k hold" for some)
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder $(ARGS)

test-browser: $(VENV)/.installed-dev ## Run the tests that drive a browser
	@$(BIN)/pytest -m browser $(ARGS)

bench: $(VENV)/.installed-dev ## Measure bookings, availability and races
	@$(PY) -m bench $(ARGS)

lint: $(VENV)/.installed-dev ## Check style, types, templates, layers, migrations and messages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/check_messages.py

format: $(VENV)/.installed-dev ## Put code and templates into the house's shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint --reformat --quiet templates

screenshots: $(VENV)/.installed-dev ## Photograph the pages of the demo into screenshots/
	@$(PY) -m tools.screenshots $(ARGS)

messages: $(VENV)/.installed-dev ## Collect translatable text (needs gettext) and compile locale/
	$(PY) manage.py makemessages --all --ignore=node_modules --ignore=.venv --no-obsolete \
		--add-location=file
	$(PY) tools/check_messages.py --write

lock: ## Resolve requirements*.in into the hashed lists (needs uv)
	uv pip compile $(LOCK) requirements.in -o requirements.txt
	uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt

LOCK := --quiet --universal --generate-hashes --python-version 3.11 --no-config \
	--no-emit-index-url --custom-compile-command "make lock"

static: ## Build CSS and scripts from frontend/ (needs Node; the result is committed)
	cd frontend && npm ci --silent && npm run build

clean: ## Remove caches, the demo's data and built files; stops the embedded servers
	-@[ -x $(PY) ] && $(PY) -m reservehub.local.clean
	rm -rf staticfiles screenshots test-results htmlcov .coverage .mypy_cache .ruff_cache \
		.pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './frontend/node_modules/*' \
		-prune -exec rm -rf {} +

distclean: clean ## Remove the Python environment as well
	rm -rf $(VENV) frontend/node_modules
