# Every target sets up what it needs: a fresh machine has Python 3.11+, make and a network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What the package for Lambda is made for; the two are parameters of serverless.yml too.
ARCHITECTURE ?= arm64
PYTHON_VERSION ?= 3.13
STAGE ?= prod

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint audit format docs catalogues lock accuracy scenarios screenshots bench bench-front faults package deploy

help: ## Show what make can do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: $(VENV)/.ready ## Make .venv with everything, so that .venv/bin/vpclink is the command

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vpclink needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

demo: setup ## Run the bot on a local AWS and a local Slack; says what to open
	$(BIN)/vpclink demo

test: setup ## Run every test
	$(BIN)/python -m tests.deploy.tools
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: setup ## Check style, types, import directions and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive bot handlers
	$(BIN)/python -m bot.docs --check
	$(BIN)/python -m bot.catalogues --check

format: setup ## Rewrite the code in the project's style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Regenerate what is generated from the checks
	$(BIN)/python -m bot.docs

audit: setup ## Ask whether a pinned dependency has a known vulnerability (needs a network)
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

catalogues: setup ## Collect the messages that people read, and compile their translations
	$(BIN)/python -m bot.catalogues

lock: ## Pin every dependency again, with hashes
	uv pip compile --universal --generate-hashes --no-header --quiet pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-header --quiet --extra demo --extra dev pyproject.toml -o requirements-dev.txt

accuracy: setup ## Print how often the first cause is right, over the scenario library
	$(BIN)/python -m tests.scenarios.accuracy --write

scenarios: setup ## Record the scenario library again, from the local AWS
	$(BIN)/python -m tests.scenarios.record

screenshots: setup ## Take the documentation's pictures again, from the demo
	$(BIN)/python -m tests.end_to_end.screenshots

bench: setup ## Measure what a diagnosis costs: calls, rounds, seconds
	$(BIN)/python -m tests.bench

bench-front: setup ## Measure how fast Slack is answered while diagnoses run
	$(BIN)/python -m tests.bench.front

faults: setup ## Try every fault many times on the real process, and write the table (about 40 minutes)
	$(BIN)/python -m tests.bench.faults --write

package: setup ## Make the zip that Lambda runs, without Docker, and print its sizes
	$(BIN)/python -m bot.packaging --architecture $(ARCHITECTURE) --python $(PYTHON_VERSION)

deploy: package node_modules/.ready ## Deploy it to AWS (STAGE=prod PARAMS='--param "alarmChannel=C0123ABCD"')
	node_modules/.bin/osls deploy --stage $(STAGE) $(PARAMS) \
	  --param "architecture=$(ARCHITECTURE)" --param "runtime=python$(PYTHON_VERSION)"

node_modules/.ready: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	touch $@
