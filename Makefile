# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Python to make the environment with: 3.11 or newer.
PYTHON ?= python3

VENV := $(CURDIR)/.venv
WORK := $(CURDIR)/.ansible
TREE := $(WORK)/collections/ansible_collections/maskops/delphix
DIST := $(WORK)/dist
LOGS := $(WORK)/logs
TARBALL = $(DIST)/maskops-delphix-$(shell sed -n 's/^version: //p' galaxy.yml).tar.gz

BIN := $(VENV)/bin
ANSIBLE_TEST := $(BIN)/python tests/tools/run_ansible_test.py --tree $(TREE) --home $(WORK)/home

# Everything finds the tools of the environment, the collection as it is in the checkout, and a
# home of Ansible's that is not the user's.
export PATH := $(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(WORK)/collections
export ANSIBLE_HOME := $(WORK)/ansible-home

# These write logs and caches into the home folder: not into the user's.
changelog docs importer lint-ansible molecule: private export HOME := $(WORK)/home

# Stages of make test, those that take longest first.
STAGES := sanity importer lint-ansible integration simulator-test lint-types docs units \
	$(if $(wildcard extensions/molecule/*/molecule.yml),molecule) \
	lint-python lint-licences lint-yaml changelog

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- environment ---

.PHONY: venv
venv: $(VENV)/.made ## Make the environment with all tools (.venv)

$(VENV)/.made: $(wildcard tests/requirements/*.txt meta/ee-requirements.txt tests/simulator/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--requirement tests/requirements/dev.txt $(if $(wildcard tests/simulator/pyproject.toml),--editable 'tests/simulator[test]')
	touch $@

.PHONY: tree
tree: $(VENV)/.made ## Copy the checkout to where Ansible's tools see a collection
	@$(BIN)/python tests/tools/tree.py $(TREE)
	@mkdir -p $(WORK)/home

# --- tests ---

.PHONY: test
test: tree build ## Run everything that has to pass; what .ci/run runs
	@$(BIN)/python tests/tools/stages.py --logs $(LOGS) --ready tree --ready build $(STAGES)

.PHONY: lint
lint: lint-yaml lint-python lint-licences lint-types lint-ansible ## Run all linters

.PHONY: lint-ansible
lint-ansible: tree ## Roles, playbooks and scenarios: ansible-lint, profile production
	cd $(TREE) && ansible-lint

.PHONY: lint-python
lint-python: $(VENV)/.made ## Python files: ruff, rules and format
	ruff check
	ruff format --check

.PHONY: lint-types
lint-types: tree ## Types: mypy, strict, on plugins, simulator and tests/tools
	cd $(WORK)/collections && mypy --config-file $(CURDIR)/pyproject.toml \
		--package ansible_collections.maskops.delphix.plugins
	mypy tests/tools
	cd tests/simulator && mypy

.PHONY: lint-yaml
lint-yaml: $(VENV)/.made ## YAML files: yamllint
	yamllint --strict .

.PHONY: lint-licences
lint-licences: tree ## Licence and copyright of every file: reuse
	cd $(TREE) && reuse --no-multiprocessing lint --lines

.PHONY: format
format: $(VENV)/.made ## Format the Python files as lint-python wants them
	ruff check --select I --fix
	ruff format

.PHONY: sanity
sanity: tree ## ansible-test sanity
	$(ANSIBLE_TEST) sanity $(ARGS)

.PHONY: units
units: tree ## ansible-test units
	$(ANSIBLE_TEST) units $(ARGS)

.PHONY: pytest
pytest: tree ## Plain pytest on the copy of the checkout: make pytest ARGS="tests/unit -k name"
	cd $(TREE) && PYTHONPATH=$(WORK)/collections pytest $(ARGS)

.PHONY: simulator-test
simulator-test: $(VENV)/.made ## Tests of the simulator
	cd tests/simulator && pytest tests $(ARGS)

.PHONY: integration
integration: tree build ## Tests of the installed collection against simulated engines
	COLLECTION_TARBALL=$(TARBALL) pytest tests/integration $(ARGS)

.PHONY: molecule
molecule: tree ## Molecule scenarios
ifneq ($(wildcard extensions/molecule/*/molecule.yml),)
	cd $(TREE)/extensions && molecule test --all
else
	@echo "there is no scenario"
endif

.PHONY: matrix
matrix: tree ## Sanity and units with every supported ansible-core and Python found (long)
	$(BIN)/python tests/tools/matrix.py --tree $(TREE) --work $(WORK)/matrix $(ARGS)

.PHONY: benchmark
benchmark: tree ## Measure against other ways to do the same
	$(BIN)/python tests/benchmark/run.py $(ARGS)

# --- documentation and packaging ---

.PHONY: docs
docs: tree ## Documentation of plugins and roles: antsibull-docs
	cd $(TREE) && antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all .

.PHONY: changelog
changelog: tree ## Changelog fragments: antsibull-changelog
	antsibull-changelog lint

.PHONY: build
build: tree ## Build the archive that users install
	ansible-galaxy collection build --force --output-path $(DIST) $(TREE)

.PHONY: importer
importer: build ## The checks of Galaxy on the archive
	cd $(DIST) && GALAXY_IMPORTER_CONFIG=$(CURDIR)/tests/tools/galaxy-importer.cfg \
		python -m galaxy_importer.main $(TARBALL) 2>&1 | tee importer.log
	@! grep --quiet WARNING $(DIST)/importer.log || { echo "the importer warned" >&2; exit 1; }

.PHONY: release
release: $(VENV)/.made ## Set the version and write the changelog: make release VERSION=1.2.3
	@[[ "$(VERSION)" =~ ^[0-9]+\.[0-9]+\.[0-9]+$$ ]] || { echo "usage: make release VERSION=1.2.3" >&2; exit 2; }
	@! grep -q '^repository:.*example' galaxy.yml || { echo "set repository in galaxy.yml first" >&2; exit 2; }
	sed -i 's/^version: .*/version: $(VERSION)/' galaxy.yml
	sed -i -E 's/(maskops-delphix-)[0-9.]+(\.tar\.gz)/\1$(VERSION)\2/' execution-environment.yml
	antsibull-changelog release --version $(VERSION)

# --- try it ---

.PHONY: demo
demo: tree ## Synchronise two simulated engines and show what happens
	$(BIN)/python tests/demo/run.py demo

.PHONY: engines
engines: tree ## Start three simulated engines to play with, until interrupted
	$(BIN)/python tests/demo/run.py engines

.PHONY: clean
clean: ## Remove everything that make made
	rm -rf $(VENV) $(WORK) tests/output docs/build .mypy_cache .pytest_cache .ruff_cache .hypothesis
