# `make run` and `make test` need Python 3.11 with venv, make and git, and nothing else.
.PHONY: run test test-runs test-slow test-cluster fuzz messages tour lint bench bench-growth
.PHONY: calibrate findings dev lock clean browser checker office

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export DAGSTER_DISABLE_TELEMETRY := yes
DEMO := home-demo
PORT := 3000

## Install and run the demonstration: simulated exports of 34 provinces, published.
run: .venv/.installed
	$(BIN)/reform-index demo --home $(DEMO)

## Open the Dagster UI on the demonstration's home, at PORT.
dev: .venv/.installed
	@test -d $(DEMO) || $(BIN)/reform-index demo --home $(DEMO)
	$(BIN)/reform-index dev --home $(DEMO) --port $(PORT)

# Where there is room the tests write to memory: runs wait for the disk to flush what they write.
MEMORY := /dev/shm
TEMP := $(shell test -w $(MEMORY) \
	&& test "$$(df -k --output=avail $(MEMORY) | tail -1)" -gt 6000000 \
	&& test "$$(awk '/^MemAvailable/ {print $$2}' /proc/meminfo)" -gt 8000000 \
	&& echo $(MEMORY))

# A worker that is done takes over from the one that is not.
PYTEST := $(if $(TEMP),PYTEST_DEBUG_TEMPROOT=$(TEMP)) $(BIN)/pytest -n auto --dist worksteal

## All tests but those below.
test: .venv/.tests-installed
	$(PYTEST)

## Whole runs of months and commands, and what they survive: kills, damaged files, broken rules.
test-runs: .venv/.tests-installed
	$(PYTEST) -m "runs and not slow"

## The slow tests: KILLS commands killed at random moments, full disks, other clocks, two machines,
## the real web server.
KILLS := 1000
test-slow: .venv/.tests-installed
	KILLS=$(KILLS) $(if $(TEMP),PYTEST_DEBUG_TEMPROOT=$(TEMP)) $(BIN)/pytest -m slow

## A scheduler and workers in network namespaces: same bytes, and every fault ten times.
test-cluster: .venv/.tests-installed
	$(BIN)/pytest -n 0 -m cluster

## Every message to senders, with an input for each: writes docs/messages.md.
messages: .venv/.tests-installed
	$(BIN)/python -m bench.messages

## A guided tour of the demonstration's pages, with pictures: writes docs/tour.md and docs/tour/.
tour: .venv/.tests-installed
	@test -d $(DEMO) || $(BIN)/reform-index demo --home $(DEMO)
	$(BIN)/python -m bench.tour $(DEMO)

## Mutated exports of every kind, FILES of them.
FILES := 20000
fuzz: .venv/.tests-installed
	FUZZ_FILES=$(FILES) $(BIN)/pytest -n 0 tests/fuzz

## Format, lint, types, and the arrows between the rooms.
lint: .venv/.tests-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## Exports to the edition at 1 and 10 million dossiers, beside DuckDB; a month of the nation, and its
## site; every form of file; whole commands from the shell.
bench: .venv/.tests-installed
	$(BIN)/python -m bench.measure
	$(BIN)/python -m bench.rules
	$(BIN)/python -m bench.nation_growth
	$(BIN)/python -m bench.nation_run
	$(BIN)/python -m bench.site
	$(BIN)/python -m bench.forms
	$(BIN)/python -m bench.commands

## Ten months of ten million dossiers each, in one run: needs 25 GB of disk.
bench-growth: .venv/.tests-installed
	$(BIN)/python -m bench.growth

## Do limits and rank sets hold the truth of 1,000 simulated months? Writes docs/calibration.md.
calibrate: .venv/.tests-installed
	$(BIN)/python -m bench.calibrate

## Are planted patterns found, and do honest units stand out? Writes docs/findings.md.
findings: .venv/.tests-installed
	$(BIN)/python -m bench.findings_held

## A browser for the tests of the pages, from the system's packages (they are skipped without).
browser:
	@command -v chromium >/dev/null \
		|| (apt-get update -qq && apt-get install -y -qq chromium chromium-driver) \
		|| echo "No browser could be installed: the tests that need one will be skipped."

## LibreOffice for the tests of workbooks that it saves (they are skipped without).
office:
	@command -v soffice >/dev/null \
		|| (apt-get update -qq \
			&& apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui) \
		|| echo "LibreOffice could not be installed: the tests that need it will be skipped."

## What the checker of PDF/UA needs beside its package: Java, and the parts it no longer brings.
checker:
	@test -e /usr/share/java/jaxb-runtime.jar -a -n "$$(command -v java)" \
		|| (apt-get update -qq && apt-get install -y -qq default-jdk-headless libjaxb-java) \
		|| echo "The checker could not be installed: the test that needs it will be skipped."

## Lock the dependencies of pyproject.toml anew; what runs is what was tested.
lock:
	$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install -q uv
	.venv/lock/bin/uv pip compile -q --no-strip-extras --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --extra dev pyproject.toml requirements/build.in \
		-o requirements/test.txt
	.venv/lock/bin/uv pip compile -q --no-strip-extras --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --constraint requirements/test.txt pyproject.toml \
		requirements/build.in -o requirements/run.txt
	.venv/lock/bin/uv pip compile -q --no-strip-extras --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --constraint requirements/test.txt --extra postgresql --extra cluster \
		pyproject.toml requirements/build.in -o requirements/deploy.txt

clean:
	rm -rf .venv $(DEMO)

.venv/.installed: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.tests-installed: requirements/test.txt .venv/.installed
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@
