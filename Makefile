# Parcours: `make run` walks you through the house, `make test` proves it. Nothing is installed outside .venv,
# but Chromium, PostgreSQL and Java for the tests, from the distribution, and only by root.

BIN := .venv/bin

.PHONY: help run setup test check lint trust bench catalogue docs lock packages

help:      ## the targets of this file
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: setup ## prepare the data, fill an empty house with invented people, serve it
	$(BIN)/intake init && $(BIN)/intake demo --if-empty && $(BIN)/intake serve

setup: .venv/ready ## everything `run` and `test` need, into .venv

test: setup packages ## the whole suite, three processes for two cores: a browser waits more than it works
	$(BIN)/pytest -n $$(($$(nproc) * 3 / 2)) --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint test ## what must hold before a change is taken

lint: setup ## style, types of workflows/, who may import whom, generated docs up to date
	$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/python docs/generate.py --check

trust: setup packages ## the tests of our promises, the long ones too; what they found is for the page « Nos engagements »
	$(BIN)/pytest -n $$(nproc) --dist loadfile --no-loadscope-reorder -m "trust or control" --trust docs/trust.json $(ARGS)

bench: setup packages ## the figures of docs/performance.md, measured here
	$(BIN)/python -m bench

catalogue: setup ## writes the English catalogue again from the French sentences; then write what it says is missing
	$(BIN)/python -m translations.catalogue

docs: setup ## writes docs/workflows/ and docs/access.md again
	$(BIN)/python docs/generate.py

packages:  ## Chromium, PostgreSQL and Java for the tests, where they are missing and root may install them
	@.ci/packages

lock:      ## chooses new versions of every dependency, with their hashes
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile $(LOCK) --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.venv/ready: requirements/dev.txt pyproject.toml
	python3 -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@
