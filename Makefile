# Every step is one line; what a step printed is shown only when it fails.

PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev code test check audit bench bench-quick lighthouse messages lock format venv venv-dev empty-venv install

# $(call step,what,command): run the command quietly.
define step
@printf '%-44s' '$(1)'; if said=$$({ $(2) ; } 2>&1); then echo ok; \
else echo FAILED; printf '%s\n' "$$said"; exit 1; fi
endef

help: ## Say what the targets are (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv ## Serve the site as it would be live; PORT=9000 for another port than 8000
	@exec $(BIN)/python -m kinekracht.launch

dev: venv-dev ## Serve it with DEBUG and autoreload, on the same data as make run
	@exec $(BIN)/python -m kinekracht.launch --debug

code: venv ## Print the code that the staff login of make run asks for, as an app would show it
	@$(BIN)/python -m kinekracht.staff_code

# Not in addopts, so that one test can be run in a debugger. tests/conftest.py decides the order.
PYTEST := $(BIN)/python -m pytest -n auto --no-loadscope-reorder

# With ARGS nothing may be left for PostgreSQL, which pytest says with 5; without, that is a failure.
test: venv-dev ## Run all tests, on SQLite and once more on PostgreSQL; ARGS="-k search" for a part
	@printf '%-44s' Chromium; $(BIN)/python -m tests.chromium
	@$(PYTEST) $(ARGS)
	@$(BIN)/python -m tests.with_postgresql $(PYTEST) -m 'not site and not once' $(ARGS) $(if $(ARGS),|| [ $$? = 5 ])

NEW_KEY = $$($(BIN)/python -c 'from cryptography.fernet import Fernet as f; print(f.generate_key().decode())')

# What a server would be told, and nothing of what this shell happens to hold.
LIVE = env -i PATH="$$PATH" VAR_DIR=.venv/check SITE_URL=https://example.be \
	EMAIL_URL=smtp+tls://user:password@smtp.example.be:587 \
	ENCRYPTION_KEYS=$(NEW_KEY) LINK_KEYS=$(NEW_KEY) BACKUP_KEY=$(NEW_KEY) \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

check: venv-dev ## Check format, lint, types, templates, imports, migrations, settings; then the tests
	$(call step,Format (ruff),$(BIN)/python -m ruff format --check .)
	$(call step,Lint (ruff),$(BIN)/python -m ruff check .)
	$(call step,Types (mypy),env DEBUG=1 VAR_DIR=.venv/check $(BIN)/python -m mypy)
	$(call step,Templates (djlint),$(BIN)/python -m djlint --quiet --lint templates)
	$(call step,Import order (import-linter),$(BIN)/lint-imports)
	$(call step,Migrations are complete,$(LIVE) $(BIN)/python manage.py makemigrations --check)
	$(call step,Settings of a live site,$(LIVE) $(BIN)/python manage.py check --deploy --fail-level WARNING)
	@$(MAKE) --no-print-directory test

audit: venv-dev ## Look up known vulnerabilities of the locked packages, where there is a network
	@$(BIN)/python -m tests.audit

bench: venv-dev ## Measure whether the site is fast enough; ARGS=--write renews docs/performance.md
	@$(BIN)/python -m bench $(ARGS)

bench-quick: venv-dev ## The same in less than a minute, roughly
	@$(BIN)/python -m bench --quick $(ARGS)

lighthouse: venv-dev ## Ask Lighthouse about five pages; ARGS=--write renews its table in docs/
	@$(BIN)/python -m bench.lighthouse $(ARGS)

format: venv-dev ## Format the Python code and mend what can be mended by itself
	@$(BIN)/python -m ruff check --fix --quiet .
	@$(BIN)/python -m ruff format .

messages: venv-dev ## Compile the words in locale/ after a change
	@$(BIN)/python -c 'import pathlib, polib; \
		[polib.pofile(p).save_as_mofile(p.with_suffix(".mo")) for p in pathlib.Path("locale").rglob("*.po")]'

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml
lock: ## Bring the lock files in line with pyproject.toml; ARGS=--upgrade for newer versions
	@uv --version >/dev/null 2>&1 || { echo 'make lock needs uv: pip install uv'; exit 1; }
	$(call step,requirements.txt,$(COMPILE) $(ARGS) --output-file requirements.txt)
	$(call step,requirements-dev.txt,$(COMPILE) $(ARGS) --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt)

# A changed lock means a new .venv, so that nothing of the old one is leaned on. The copy of the
# lock in .venv is written last: an interrupted installation starts over.
venv:
	@{ cmp -s requirements.txt .venv/requirements.txt && $(BIN)/python -c ''; } 2>/dev/null \
		|| $(MAKE) --no-print-directory empty-venv install LOCK=requirements.txt

venv-dev: venv
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt \
		|| $(MAKE) --no-print-directory install LOCK=requirements-dev.txt

# Debian's Python makes no .venv with pip in it unless python3-venv is installed.
empty-venv:
	@rm -rf .venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or later is needed; say which: make PYTHON=python3.12 …'; exit 1; }
	$(call step,A new .venv,$(PYTHON) -m venv .venv || $(PYTHON) -m venv --clear --without-pip .venv)

INSTALL := install --quiet --disable-pip-version-check --require-hashes -r
install:
	$(call step,Packages of $(LOCK), \
		uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(LOCK) \
		|| $(BIN)/python -m pip $(INSTALL) $(LOCK) \
		|| $(PYTHON) -m pip --python $(BIN)/python $(INSTALL) $(LOCK))
	@cp $(LOCK) .venv/
