# `make help` lists the targets. Everything lives in .venv and in the data folder.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --constraint requirements.lock --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo demo-data serve test lint format bench chaos lock translations schemas clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/demo ## Harvest the sample sources, then serve the catalogue on http://127.0.0.1:8000
	@$(BIN)/opendata demo

demo-data: .venv/demo ## The same without serving
	@$(BIN)/opendata demo --no-serve

serve: .venv/demo ## Serve the catalogue that is there
	@$(BIN)/opendata serve

test: .venv/dev ## Run the whole test suite; OPENDATA_REQUIRE_SERVICES=1 forbids skipping services
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/dev ## Check style, types and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: .venv/dev ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/dev ## Measure, against peers in the same run
	@$(INSTALL) --group bench
	@$(BIN)/python bench/tables.py $(ARGS)
	@$(BIN)/python bench/spreadsheets.py
	@$(BIN)/python bench/harvest.py

chaos: .venv/dev ## Kill 200 harvests in the middle and check that everything stays whole
	@$(BIN)/python -m tests.chaos.kill_loop $(ARGS)

lock: .venv/uv ## Pin all dependencies anew, for Python 3.11 to 3.14
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-annotate --no-header --extra embedded --group demo --group dev --group bench \
		pyproject.toml --output-file requirements.lock

translations: .venv/dev ## Collect the words of the pages and compile the catalogues
	@$(BIN)/pybabel -q extract -F pyproject.toml --no-location --sort-output -o opendata/translations/messages.pot .
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-pot-creation-date -i opendata/translations/messages.pot -l vi -d opendata/translations
	@sed -i "/EMAIL@ADDRESS/d;/LL@li.org/d" opendata/translations/vi/LC_MESSAGES/messages.po
	@$(BIN)/pybabel -q compile -l vi -d opendata/translations
	@rm opendata/translations/messages.pot

schemas: .venv/dev ## Write schemas/metadata from the metadata profile
	@$(BIN)/python -m opendata.serializers.json_schema > schemas/metadata/dataset.schema.json

clean: ## Remove what the targets made, but not the data
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Stamps: a target is done again when the pins or the project file change.
.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "The venv module of $(PYTHON) is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/demo: .venv/uv requirements.lock pyproject.toml
	@echo "Installing the catalogue into .venv ..."
	@$(INSTALL) --editable '.[embedded]' --group demo
	@touch $@

.venv/dev: .venv/demo
	@echo "Installing the tools of development into .venv ..."
	@$(INSTALL) --group dev
	@touch $@
