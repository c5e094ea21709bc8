# Everything starts with two of these: `make demo` and `make test`.

PYTHON ?= python3
# More than cores: tests on the real Asterisk and in the browser wait more than they work.
WORKERS ?= 3
RECORDS ?= 10000000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
APPS := voipadmin customers numbering routing billing reports asterisk_sync
SOURCES := $(APPS) deploy tests manage.py
# What tests and demo call besides Python: phones, a browser, the private Asterisk tree, translations, PDF.
PACKAGES := sip-tester chromium chromium-headless-shell mmdebstrap gettext libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 iproute2 \
	debian-archive-keyring gcc libc6-dev
IS_ROOT := $(filter 0,$(shell id -u))
MANAGE := $(BIN)/python manage.py
# Throw-away PostgreSQL, Valkey and secrets around one command.
WITH_ENGINES := $(BIN)/python -m deploy.trial.engines --

export PYTHONUNBUFFERED := 1
# Each process of the tests would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv lock packages asterisk lint types imports migrations deployable checks test test-fast test-postgres15 \
	demo demo-reset bench bench-data faults fuzz screenshots messages compilemessages clean

help: ## Show this list
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' Makefile

##@ Try it
demo: packages $(STAMP) ## The whole system on this machine; Ctrl-C ends all of it
	@$(BIN)/python -m deploy.trial.demo

demo-reset: $(STAMP) ## Forget the demo's state
	@$(BIN)/python -m deploy.trial.demo --reset

##@ Set up
venv: $(STAMP) ## Python environment from the hashed lock

$(STAMP): requirements.lock
	@umask 022; $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=python3.12 ...' >&2; exit 1; }
	@umask 022; $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory python-venv
	umask 022; test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	umask 022; $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@# The checkout itself on the path, so that `pytest` finds its plugin.
	@echo '$(CURDIR)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/voipadmin-checkout.pth"
	@touch $@

.PHONY: python-venv
python-venv:
ifeq ($(IS_ROOT),0)
	@dpkg -s python3-venv >/dev/null 2>&1 || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo '$(PYTHON) has no venv module: name another with make PYTHON=...' >&2; exit 1; }
else
	@echo 'This Python has no venv module. As root: apt-get install python3-venv' >&2; exit 1
endif

packages: ## Debian packages for tests and demo (installed when root and missing)
	@missing=''; for package in $(PACKAGES); do dpkg -s $$package 2>/dev/null | grep -q '^Status: install ok installed' || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then echo "Not installed, and only root can:$$missing"; exit 0; fi; \
	echo "Installing:$$missing"; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
	apt-get install -y -qq --no-install-recommends $$missing || for package in $$missing; do \
		apt-get install -y -qq --no-install-recommends $$package || echo "This release has no package $$package"; \
	done

asterisk: $(STAMP) packages ## A real Asterisk: the system's, or a private tree (as root)
	@$(BIN)/python -m deploy.trial.asterisk_tree || test -z "$$CI"

##@ Check the source
lint: $(STAMP) ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## mypy, strict
	DEBUG=true VOIPADMIN_ENV_FILE=/dev/null $(BIN)/mypy

imports: $(STAMP) ## import-linter: which app and which folder imports which
	$(BIN)/lint-imports

migrations: $(STAMP) ## No model change without its migration
	$(WITH_ENGINES) $(MANAGE) makemigrations --check --dry-run

deployable: $(STAMP) ## Django's own checks, with production settings
	$(WITH_ENGINES) $(MANAGE) check --deploy --fail-level WARNING

checks: lint types imports migrations deployable ## All of these

##@ Test
test: packages asterisk ## Everything that is checked
	$(MAKE) --no-print-directory checks
	$(BIN)/python -m pytest -n $(WORKERS)
	$(MAKE) --no-print-directory test-postgres15

test-fast: $(STAMP) ## Tests without Asterisk, browser and whatever is slow
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not slow and not asterisk and not browser'

test-postgres15: $(STAMP) ## The database-heavy tests again, on Debian's PostgreSQL 15
	@if [ -x /usr/lib/postgresql/15/bin/postgres ]; then \
		VOIPADMIN_TEST_POSTGRES=15 $(BIN)/python -m pytest -n $(WORKERS) -m postgres15; \
	else echo 'PostgreSQL 15 is not installed: its run is left out'; fi

##@ Measure, break, look
bench: packages asterisk ## One JSON line per figure, each beside its yardstick
	@$(BIN)/python -m tests.bench

bench-data: $(STAMP) ## 10 million call records over 13 months into var/bench-data (RECORDS=1000000 for fewer)
	@$(BIN)/python -m tests.bench.data --records $(RECORDS) --keep var/bench-data

faults: packages asterisk ## Break everything at every step, with calls up; a table of what it cost
	@$(BIN)/python -m tests.faults

fuzz: packages asterisk ## A million hostile values through form, guard, renderer, AMI and a real Asterisk
	@$(BIN)/python -m tests.fuzz

screenshots: packages $(STAMP) ## Every page, desktop and phone, light and dark, into var/screenshots; the main ones into docs
	$(BIN)/python -m deploy.trial.screenshots

##@ Translate
messages: $(STAMP) ## Collect the strings to translate
	$(WITH_ENGINES) $(MANAGE) makemessages --locale pt_BR --no-obsolete --add-location file --ignore '$(VENV)/*' --ignore 'tests/*' --ignore 'var/*' --ignore 'build/*'

compilemessages: $(STAMP) ## Compile the translations
	$(WITH_ENGINES) $(MANAGE) compilemessages --ignore '$(VENV)' --ignore var

##@ Look after
lock: $(STAMP) ## Resolve the newest allowed versions into requirements.lock
	$(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv
	build/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --all-extras pyproject.toml -o requirements.lock \
		--custom-compile-command 'make lock'

clean: ## Forget caches, the environment and build results; the demo's state stays
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
