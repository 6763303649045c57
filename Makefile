# Every target stands on its own: `make run` or `make test` on a bare Debian machine is enough.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python .venv -c constraints.txt
# uv does not read pip's variables; a build of torch without a GPU may lie where pip finds links.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
PINS := pyproject.toml constraints.txt
ARGS ?=

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/.run ## Serve the demo shop on PORT (9000); nothing else needs to be installed
	@exec $(BIN)/uhok demo serve $(ARGS)

.PHONY: demo-reset
demo-reset: .venv/.run ## Throw the demo shop's data away; the next run starts over
	@$(BIN)/uhok demo reset $(ARGS)

.PHONY: migrate
migrate: .venv/.run ## Bring both databases to the newest schema
	@$(BIN)/uhok migrate $(ARGS)

.PHONY: test
test: .venv/.dev ## Provide the real engines and run every test; ARGS="-k order" picks some
	@scripts/provide_engines.sh
	@scripts/provide_node.sh
	@$(BIN)/pytest $(ARGS)

.PHONY: conformance
conformance: .venv/.dev ## Have the Python SDK's own test suite judge the server on port 8000
	@scripts/provide_engines.sh
	@$(BIN)/pytest -rP tests/conformance $(ARGS)

.PHONY: check
check: lint types imports size ## Everything that reads the code without running it

.PHONY: lint
lint: .venv/.dev ## ruff: every rule that pyproject.toml does not excuse, and the format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: .venv/.dev ## mypy --strict
	@$(BIN)/mypy

.PHONY: imports
imports: .venv/.dev ## import-linter: who may import whom
	@$(BIN)/lint-imports

.PHONY: size
size: .venv/.dev ## The house rules as tests: sizes, prose, front doors
	@$(BIN)/pytest tests/architecture

.PHONY: fmt
fmt: .venv/.dev ## Format, and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: proto
proto: .venv/.dev ## Have the code that reads Protobuf made anew from its schema
	@$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. channels/codec/client.proto

.PHONY: bench
bench: .venv/.dev .venv/peers/.ready ## Run every benchmark; each prints JSON with the machine in it
	@scripts/provide_engines.sh bench
	@for file in benchmarks/[a-z]*.py; do $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)" $(ARGS); done

.PHONY: clean
clean: ## Remove what was installed and cached; the data in var/ stays
	@rm -rf .venv build tests/node/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/uv:
	@echo "making .venv"
	@PYTHON="$(PYTHON)" scripts/provide_python.sh
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt uv

.venv/.run: .venv/bin/uv $(PINS)
	@echo "installing what the shop runs on"
	@$(INSTALL) -e .
	@touch $@

.venv/.dev: .venv/bin/uv $(PINS)
	@echo "installing what the tests run on"
	@$(INSTALL) -e '.[test,lint]'
	@touch .venv/.run $@

.venv/peers/.ready: .venv/bin/uv $(PINS)
	@echo "installing what the server is measured beside"
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv/peers
	@$(BIN)/uv pip install --quiet --python .venv/peers -c constraints.txt -r pyproject.toml --extra bench
	@touch $@
