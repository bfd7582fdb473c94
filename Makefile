# What people and machines do here; `make help` lists it. Whatever make makes lies in .venv, .build, node_modules and
# intake/static, all ignored by git. A stamp in .build stands for a step that need not be done again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BROWSER := intake/browser
BROWSER_FILES := $(shell find $(BROWSER) -name node_modules -prune -o -type f -print 2>/dev/null)
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: run test vectors prove bench screens tools venv browser lint lock clean help

run: .build/installed .build/page ## a whole portal with throw-away keys on 127.0.0.1:8000, its station on :8001
	@exec $(BIN)/python -m deploy.demo

test: have-tools ## everything that every change must pass
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint .build/page-tested
	$(PYTEST)

vectors: venv browser ## age's own 143 test vectors, in both languages
	$(BIN)/python -m tests.crypto.cctv
	npm run --silent --prefix $(BROWSER) vectors

prove: have-tools venv browser ## the long proofs: every script, many examples, many at once
	$(PYTEST) -m "" --hypothesis-profile prove

bench: have-tools venv browser ## figures beside their targets; also in .build/bench.json
	$(BIN)/python -m tests.bench

screens: have-tools venv browser ## the pictures of docs/screens, taken anew
	$(BIN)/python -m tests.journey.screens

tools: ## installs with apt what tests need: browsers, fonts, a debugger (as root, or with sudo)
	deploy/tools.sh

venv: .build/installed .build/developer ## .venv with everything, from the lock

browser: .build/page ## the page's script, built into intake/static

lint: venv ## style, types, and who may import whom
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .build/import-linter

lock: ## requirements*.txt anew from pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
  --build-deps-for editable --build-deps-for wheel

clean: ## away with all that make made
	rm -rf .venv .build dist intake/static $(BROWSER)/node_modules

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- steps, each with its stamp

have-tools:
	@deploy/tools.sh --check || deploy/tools.sh
.PHONY: have-tools

# Always a fresh one: pip takes a package that is already there without looking at its hash.
.build/venv: requirements.txt
	@mkdir -p .build
	rm -rf .venv .build/developer
	$(PYTHON) -m venv .venv
	$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

.build/installed: .build/venv pyproject.toml
	$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.build/developer: .build/venv requirements-dev.txt | .build/installed
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

.build/node: $(BROWSER)/package.json $(BROWSER)/package-lock.json
	@mkdir -p .build
	npm ci --prefix $(BROWSER) --no-audit --no-fund
	@touch $@

.build/page: .build/node $(BROWSER_FILES)
	npm run --silent --prefix $(BROWSER) build
	@touch $@

# Both languages run the same vectors. Built once more, to see that the same sources give the same bytes.
.build/page-tested: .build/page $(wildcard tests/vectors/*.json)
	npm run --silent --prefix $(BROWSER) check
	npm run --silent --prefix $(BROWSER) test
	find intake/static -type f -print0 | sort -z | xargs -0 sha256sum > .build/page.sha256
	npm run --silent --prefix $(BROWSER) build
	sha256sum --check --quiet .build/page.sha256
	@touch $@
