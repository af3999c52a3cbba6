# All commands of the project. Continuous integration uses the same targets. `make` lists them.
ifeq ($(filter output-sync,$(.FEATURES)),)
$(error GNU Make 4 or newer is needed, and this is $(MAKE_VERSION). On macOS: brew install make, then gmake)
endif
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory --warn-undefined-variables

PYTHON ?= python3
SETTINGS ?= settings/local.toml
PORT_BASE ?= 4560
TEST_PORT_BASE ?= 5560
REHEARSAL_PORT_BASE ?= 6560
CATALOG ?= data/catalog.csv
REGION ?=
FROM ?=
STACK ?=
ARGS ?=

export SETTINGS PORT_BASE
export CHECKPOINT_DISABLE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NPM_CONFIG_UPDATE_NOTIFIER := false
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
# The commands and tests start hundreds of Python processes: without byte code on disk each compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)

PIPENV := .local/tools/pipenv
INSTALLED := .local/installed
# The lock has versions and hashes, so npm may use its cache without asking the registry.
NPM_CI := npm ci --prefer-offline --no-fund --no-audit --loglevel=error
CLOUD := python -m localcloud
# Operators' commands work on AWS, or on the local cloud if the settings have [local].
OPS := $(CLOUD) run python -m ops
DEPLOYMENTS := tests/e2e/regions
TEST_ENDPOINTS := .local/test/endpoints.json
FAILED_LOGS := test-results/logs
# After a failure, the logs stay.
STOP_TEST_CLOUD = [ $$? -eq 0 ] || { mkdir -p $(FAILED_LOGS) && cp -r .local/test/cloud/logs/. $(FAILED_LOGS); } || true; \
  $(TEST_CLOUD) $(CLOUD) down
TEST_CLOUD := RECORD_REQUESTS=1 LOCAL_DIR=.local/test PORT_BASE=$(TEST_PORT_BASE) SETTINGS=settings/local.toml

.PHONY: help
help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(INSTALLED)/prerequisites: bin/prerequisites
	@PYTHON=$(PYTHON) bin/prerequisites
	mkdir -p $(@D)
	touch $@

$(INSTALLED)/python: Pipfile.lock | $(INSTALLED)/prerequisites
	@echo "installing the Python packages that Pipfile.lock pins"
	unset MAKEFLAGS MFLAGS MAKELEVEL # otherwise a package that is built from source inherits them
	[ -x .venv/bin/python ] || $(PYTHON) -m venv .venv &
	environment=$$!
	[ -x $(PIPENV)/bin/pipenv ] || {
	  $(PYTHON) -m venv $(PIPENV)
	  $(PIPENV)/bin/pip install -qq --no-compile --require-hashes --requirement policy/pipenv.txt
	}
	wait "$$environment"
	# Even with --quiet, pipenv prints `Ignoring ...` for packages that only older Pythons need. The line looks like an
	# error, so it is removed.
	VIRTUAL_ENV="$(CURDIR)/.venv" PIPENV_VERBOSITY=-1 PIP_COMPILE=0 COLUMNS=1000 $(PIPENV)/bin/pipenv sync --dev --quiet \
	  2> >(sed '/^Ignoring .*: markers .* your environment$$/d' >&2)
	# Compiles byte code, of the largest packages only the modules that are used: the others take half a minute.
	.venv/bin/python -m compileall -q -j 0 -x '/(cdktf_cdktf_provider_aws|moto|mypyc?)/' .venv/lib &
	processes=$$!
	for option in "" -O; do # -O, which cdktf.json uses, has byte code of its own
	  .venv/bin/python $$option -c 'from modules.support import fast_synth; fast_synth.enable(); import stacks.app' &
	  processes+=" $$!"
	done
	for process in $$processes; do wait "$$process"; done
	touch $@

# Separate environment: their pinned versions conflict with the project's.
$(INSTALLED)/emulators: localcloud/emulators.txt | $(INSTALLED)/prerequisites
	@echo "installing the emulators that localcloud/emulators.txt pins"
	unset MAKEFLAGS MFLAGS MAKELEVEL
	$(PYTHON) -m venv --clear .local/emulators
	.local/emulators/bin/pip install -qq --require-hashes --requirement localcloud/emulators.txt
	touch $@

$(INSTALLED)/cdktf: package-lock.json | $(INSTALLED)/prerequisites
	@echo "installing the cdktf command line that package-lock.json pins"
	nice $(NPM_CI) >/dev/null # the Python packages take longer
	touch $@

$(INSTALLED)/web: web/package-lock.json | $(INSTALLED)/prerequisites
	@echo "installing the storefront's packages"
	$(NPM_CI) --prefix web >/dev/null
	touch $@

$(INSTALLED)/lighthouse: benchmarks/lighthouse/package-lock.json | $(INSTALLED)/prerequisites
	@echo "installing Lighthouse"
	$(NPM_CI) --prefix benchmarks/lighthouse >/dev/null
	touch $@

$(INSTALLED)/chromium: bin/debian-packages | $(INSTALLED)/prerequisites
	@for browser in chromium chromium-browser google-chrome google-chrome-stable; do
	  ! command -v "$$browser" >/dev/null || { browser=; break; }
	done
	bin/debian-packages $${browser:+chromium,chromium-browser} fonts-noto-cjk
	touch $@

$(INSTALLED)/blog: bin/debian-packages localcloud/blog/installation.py | $(INSTALLED)/prerequisites
	@echo "installing the blog's programs"
	$(PYTHON) -m localcloud.blog.installation
	touch $@

web/dist/index.html: $(INSTALLED)/web $(shell find web/src web/public web/index.html web/*.ts -type f 2>/dev/null)
	@echo "building the storefront"
	npm --prefix web run --silent build -- --logLevel error
	touch $@

COMMANDS := $(INSTALLED)/python $(INSTALLED)/cdktf
APP := $(INSTALLED)/python web/dist/index.html
# Side by side: each of them waits for the network and the disk.
SIDE_BY_SIDE = $(MAKE) --silent $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=4)

.PHONY: install ready ready-locally blog-if-possible web
install: ## Install what the commands need into this checkout.
	+@$(SIDE_BY_SIDE) $(COMMANDS)
ready:
	+@$(SIDE_BY_SIDE) $(APP)
ready-locally:
	+@$(SIDE_BY_SIDE) $(APP) $(INSTALLED)/emulators blog-if-possible
blog-if-possible: | $(INSTALLED)/prerequisites # `make up` says why it is not, and goes on without the blog
	+@$(MAKE) --silent $(INSTALLED)/blog 2>/dev/null || true
web: web/dist/index.html ## Build the storefront.

.PHONY: up down status seed stock stock-claim customer-export customer-erase web-dev
up: ready-locally ## Start the whole bookstore on this machine.
	@$(CLOUD) up $(ARGS)
down: $(INSTALLED)/python ## Stop it and remove its state.
	@$(CLOUD) down
status: $(INSTALLED)/python ## Show the local parts with their ports, and the regions' health.
	@if grep -q '^\[local' $(SETTINGS); then $(CLOUD) status; fi
	$(OPS) status
seed: $(INSTALLED)/python ## Load a catalog: make seed CATALOG=books.csv
	@$(OPS) seed $(CATALOG) $(ARGS)
stock: $(INSTALLED)/python ## Show the stock, or add copies: make stock BOOK=<id> ADD=<copies> [REGION=<region>]
	@$(OPS) stock $(ARGS)
stock-claim: $(INSTALLED)/python ## Sell a lost region's stock elsewhere: make stock-claim REGION=<region> CONFIRM=<region> [BOOK=<id>]
	@$(OPS) stock-claim "$(REGION)"
customer-export: $(INSTALLED)/python ## Print a customer's data: make customer-export EMAIL=<address> (or SUB=<user id>)
	@$(OPS) customer-export
customer-erase: $(INSTALLED)/python ## Erase a customer: make customer-erase EMAIL=<address> CONFIRM=<address>
	@$(OPS) customer-erase
web-dev: $(INSTALLED)/web ## Serve the storefront with hot reload, with a running bookstore.
	@npm --prefix web run dev

.PHONY: bootstrap bootstrap-ci synth plan plan-summary apply deploy unlock move-state remove-region destroy cost
bootstrap: $(INSTALLED)/python ## Create the buckets for Terraform state.
	@$(OPS) bootstrap
bootstrap-ci: $(INSTALLED)/python ## Create GitHub's identity provider and roles in the account.
	@$(OPS) bootstrap-ci $(ARGS)
synth: ready ## Write the Terraform to cdktf.out/.
	@python -m ops synth
plan: ready ## Plan a deployment.
	@$(OPS) plan $(ARGS)
plan-summary: ready ## Summarize the plans, a few lines per stack.
	@$(OPS) plan-summary $(ARGS)
apply: $(INSTALLED)/python ## Apply the plans that were shown.
	@$(OPS) apply $(ARGS)
deploy: ready ## Deploy all stacks in order.
	@$(OPS) deploy $(ARGS)
unlock: ready ## Remove the lock that a crash left: make unlock STACK=s
	@$(OPS) unlock $(STACK) $(ARGS)
move-state: ready ## Move the state to another backend: make move-state FROM=the-settings-as-they-were.toml
	@FROM=$(FROM) $(OPS) move-state $(ARGS)
remove-region: ready ## Remove a region: make remove-region REGION=r
	@$(OPS) remove-region $(REGION) $(ARGS)
destroy: $(INSTALLED)/python ## Destroy everything: make destroy CONFIRM=<project>-<environment>
	@$(OPS) destroy $(ARGS)
cost: ready ## Print the cost of an idle and of a busy month.
	@$(OPS) cost $(ARGS)

.PHONY: evacuate restore drill blog-promote
evacuate: $(INSTALLED)/python ## Move traffic away from a region: make evacuate REGION=eu-west-1
	@$(OPS) evacuate '$(REGION)'
restore: $(INSTALLED)/python ## Let a region take traffic again: make restore REGION=eu-west-1
	@$(OPS) restore '$(REGION)' $(ARGS)
drill: $(INSTALLED)/python ## Break regions under load, restore them, count lost orders.
	@$(OPS) drill $(ARGS)
blog-promote: $(INSTALLED)/python ## Make a region's blog database the writer: make blog-promote REGION=r
	@$(OPS) blog-promote $(REGION) $(ARGS)

CHECKS_FIRST := lint types web-test
CHECKS_LATER := unit plan-test policy own-cloud-test audit
CHECKS := $(CHECKS_FIRST) $(CHECKS_LATER)
PROGRAMS := $(INSTALLED)/chromium $(INSTALLED)/blog
TEST_PROCESSES ?= 2
# `make verify` sets TEST_SIZE=full: see tests/support/size.py.
export TEST_SIZE ?= short
# Runs a target and records its duration; bin/timed without arguments prints all durations.
timed-%:
	+@bin/timed $* $(MAKE) $*
in-background-%:
	+@bin/in-background bin/timed $* $(MAKE) $*

# Tests that need the running bookstore. The shop opens before the blog: its first ones run while the blog is deployed and
# beside the blog's own; the last ones run beside each other. The control room's tour waits more than it computes, so it
# comes while the checks still run.
SHOP_FIRST := e2e-drill browser-tests
BLOG := e2e-blog blog-plans
SHOP_ALONE := control-room-tests e2e-tests e2e-everything
AT_ONCE := e2e-shared e2e-fuzz browser-shared
END_TO_END_TESTS := $(SHOP_FIRST) $(BLOG) $(SHOP_ALONE) $(AT_ONCE)

.PHONY: test verify rehearse $(CHECKS) e2e checks e2e-in-parts blog-first shop-first e2e-up $(END_TO_END_TESTS) request-audit e2e-alone e2e-deployments
test: ready-locally $(PROGRAMS) ## Tests at short size, in about 15 minutes, with a bookstore of its own.
	@trap '$(STOP_TEST_CLOUD); bin/timed' EXIT
	rm -rf .local/durations $(FAILED_LOGS) $(TEST_ENDPOINTS)
	# Deployments and end-to-end tests often wait: the checks run meanwhile, each printed when it ends.
	$(MAKE) --jobs=4 --output-sync=target e2e-in-parts checks
checks: # the first ones one at a time, as the deployment, which everything waits for, computes most at its start
	+@for part in $(CHECKS_FIRST) install; do $(MAKE) in-background-$$part; done
	$(MAKE) $(addprefix in-background-,$(CHECKS_LATER))
e2e-in-parts:
	+@$(MAKE) --output-sync=none blog-first shop-first
	unset MAKEFLAGS MFLAGS # otherwise they wait for the jobs of the checks
	for part in $(SHOP_ALONE); do $(MAKE) --no-print-directory timed-$$part; done
	$(MAKE) --no-print-directory --jobs --output-sync=target $(addprefix timed-,$(AT_ONCE))
	$(MAKE) --no-print-directory timed-request-audit
blog-first:
	+@for part in e2e-up $(BLOG); do $(MAKE) timed-$$part; done
shop-first:
	+@until [ -e $(TEST_ENDPOINTS) ]; do
	  if grep -qs '^e2e-up ' .local/durations; then exit 1; fi # it has ended
	  sleep 1
	done
	for part in $(SHOP_FIRST); do $(MAKE) timed-$$part; done
# Beside a running bookstore: folder and ports of its own. Without SETTINGS it uses the walkthrough's.
rehearse: ready-locally ## Run the walkthrough for AWS against the emulator: make rehearse [SETTINGS=settings/mine.toml]
	@PORT_BASE=$(REHEARSAL_PORT_BASE) python -m localcloud.rehearsal $(filter-out settings/local.toml,$(SETTINGS))
verify: ready-locally $(PROGRAMS) ## Everything at full size; takes hours. For releases and nightly runs.
	@export TEST_SIZE=full
	trap '$(STOP_TEST_CLOUD); bin/timed' EXIT
	rm -rf .local/durations $(FAILED_LOGS)
	parts=($(CHECKS) e2e-up $(END_TO_END_TESTS) request-audit e2e-alone bench e2e-deployments rehearse)
	failed=()
	number=0
	for part in "$${parts[@]}"; do
	  number=$$((number + 1))
	  printf '\n== %s part %d of %d: %s\n' "$$(date +%T)" "$$number" "$${#parts[@]}" "$$part"
	  case $$part in e2e-alone | bench) cloud=($(TEST_CLOUD)) ;; *) cloud=() ;; esac
	  env "$${cloud[@]}" bin/timed "$$part" $(MAKE) "$$part" || failed+=("$$part")
	done
	if [ "$${#failed[@]}" -gt 0 ]; then echo "failed: $${failed[*]}"; exit 1; fi
lint: $(INSTALLED)/python $(INSTALLED)/web ## Style of Python, the storefront and the workflows.
	@ruff check .
	ruff format --check .
	python -m policy.workflows
	npm --prefix web run --silent lint
types: $(INSTALLED)/python $(INSTALLED)/web
	@mypy .
	npm --prefix web run --silent types
unit: install $(INSTALLED)/emulators ## Tests that need no running bookstore.
	@pytest tests/unit --numprocesses=$(TEST_PROCESSES) --dist=loadfile --durations=10
web-test: $(INSTALLED)/web
	@npm --prefix web test
plan-test: ready
	@pytest tests/plan --durations=10
own-cloud-test: ready-locally
	@pytest tests/own_cloud --durations=10
policy: ready ## Check the Terraform with checkov, and sources and Terraform for secrets.
	@python -m policy
audit: install $(INSTALLED)/web ## Check dependencies for vulnerabilities.
	@python -m policy.dependencies
e2e: ready-locally $(PROGRAMS) ## End-to-end tests with a bookstore of their own.
	@trap '$(STOP_TEST_CLOUD)' EXIT
	rm -rf $(FAILED_LOGS)
	$(MAKE) e2e-up $(END_TO_END_TESTS) request-audit
e2e-up:
	+@$(TEST_CLOUD) $(CLOUD) up --blog
e2e-drill:
	@$(TEST_CLOUD) $(OPS) drill $(if $(filter full,$(TEST_SIZE)),,--short) --rate 4
e2e-tests:
	@$(TEST_CLOUD) pytest tests/e2e --ignore=$(DEPLOYMENTS) -m 'not (shared or blog or everything)' --durations=20
e2e-blog:
	@$(TEST_CLOUD) pytest tests/e2e --ignore=$(DEPLOYMENTS) -m blog --durations=5
e2e-everything:
	@$(TEST_CLOUD) pytest tests/e2e --ignore=$(DEPLOYMENTS) -m everything --durations=5
BLOG_PLANS := tests/e2e/blog/test_secrets.py
FUZZ := tests/e2e/fuzz
e2e-shared:
	@$(TEST_CLOUD) pytest tests/e2e --ignore=$(DEPLOYMENTS) --ignore=$(BLOG_PLANS) --ignore=$(FUZZ) -m shared --durations=10
e2e-fuzz:
	@$(TEST_CLOUD) pytest $(FUZZ)
blog-plans:
	@$(TEST_CLOUD) pytest $(BLOG_PLANS) --durations=10
CONTROL_ROOM := tests/browser/test_control_room.py
browser-tests:
	@$(TEST_CLOUD) pytest tests/browser --ignore=$(CONTROL_ROOM) -m 'not shared' --durations=10
browser-shared:
	@$(TEST_CLOUD) pytest tests/browser -m shared --durations=10
control-room-tests:
	@$(TEST_CLOUD) pytest $(CONTROL_ROOM) --durations=10
request-audit: # every request of the run, against AWS's own models
	@$(TEST_CLOUD) python -m localcloud.request_audit
e2e-alone: $(INSTALLED)/python ## Each region alone, its peers unreachable, with a running bookstore.
	@$(CLOUD) run python -m tests.support.single_region $(ARGS)
e2e-deployments: ready-locally ## Add and remove a region, destroy everything, in deployments of their own beside a running bookstore.
	@$(TEST_CLOUD) pytest $(DEPLOYMENTS)

.PHONY: bench bench-synth bench-cold-start bench-handlers bench-bestsellers bench-search bench-shop bench-web bench-lighthouse fuzz
BENCHMARKS := synth cold-start handlers bestsellers search shop web lighthouse
bench: ready ## All benchmarks, with a running bookstore.
	@missed=
	for benchmark in $(BENCHMARKS); do $(MAKE) bench-$$benchmark || missed="$$missed $$benchmark"; done
	python -m benchmarks.results
	python -m benchmarks.results --page
	if [ -n "$$missed" ]; then echo "a goal is missed:$$missed"; exit 1; fi
bench-synth: ready ## Time and memory of a synth, against the plain provider import.
	@python -m benchmarks.synth
bench-cold-start: install ## Import time of each handler.
	@python -m benchmarks.cold_start
bench-handlers: ready-locally ## Cost of each route, also with 100,000 books.
	@python -m benchmarks.handlers
bench-bestsellers: install ## Orders per second into the bestsellers, and a rebuild.
	@python -m benchmarks.bestsellers
bench-search: install ## Search in 100,000 books: building and loading the index, typical queries.
	@PYTHONPATH=lambda_src:. python -m benchmarks.search
bench-shop: install ## Concurrent shoppers, with a running bookstore.
	@python -m benchmarks.load
bench-web: $(INSTALLED)/python $(INSTALLED)/chromium ## The home page on a slow phone, with a running bookstore.
	@python -m benchmarks.web
bench-lighthouse: $(INSTALLED)/python $(INSTALLED)/chromium $(INSTALLED)/lighthouse ## Lighthouse's scores of three pages, with a running bookstore.
	@python -m benchmarks.lighthouse_scores
fuzz: $(INSTALLED)/python ## 200,000 fuzz cases, with a running bookstore.
	@FUZZ_CASES=200000 $(CLOUD) run pytest $(FUZZ)
