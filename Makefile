# Every command that people and CI type. `make help` lists them; the work is in cargo, npm and scripts/.
#
# `make demo` and `make test` build the same packages with the same features in one profile and one target folder, so
# whichever comes second starts warm.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/quanyu
# CI clones afresh each time: what was compiled must lie outside the clone to be of use to the next run.
ifneq ($(filter-out false 0,$(CI)),)
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
TARGET := $(or $(CARGO_TARGET_DIR),target)
QUANYU := $(TARGET)/debug/quanyu
SHARED ?= ../shared
STEP := scripts/step

export QUANYU_CACHE := $(CACHE)
export QUANYU_STEPS := $(TARGET)/steps.txt

.PHONY: help
help: ## what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: doctor
doctor: ## check this machine and say what to install
	@scripts/doctor $(TARGET)

.PHONY: demo
demo: doctor web ## build, load the demonstration district, serve it (ARGS="--port 8080" or ARGS=--no-serve)
	@$(STEP) fonts scripts/fonts --optional
	@$(STEP) build cargo build --locked --workspace --bins
	@$(QUANYU) demo $(ARGS)

.PHONY: test
test: doctor setup fonts web lint deny unit e2e ## everything, PostgreSQL and browser tests included
	@scripts/step --summary

.PHONY: setup
setup: ## install what the tests need: PostgreSQL, Chromium, a Chinese font
	@$(STEP) setup scripts/setup

.PHONY: fonts
fonts: ## free fonts for PDF files, from Debian's packages, without root
	@$(STEP) fonts scripts/fonts

.PHONY: web
web: ## bundle scripts and styles
	@$(STEP) web scripts/web

.PHONY: lint
lint: ## format and clippy
	@$(STEP) format cargo fmt --all --check
	@$(STEP) clippy cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: deny
deny: ## licences, banned crates and sources, without network
	@$(STEP) deny scripts/deny

.PHONY: unit
unit: ## all Rust tests, on SQLite and PostgreSQL
	@$(STEP) unit scripts/unit

.PHONY: e2e
e2e: ## the pages in Chromium
	@$(STEP) build cargo build --locked --workspace --bins
	@$(STEP) e2e scripts/e2e $(QUANYU)

.PHONY: gold
gold: ## score the reader on the gold documents and compare districts (needs SHARED=../shared)
	@$(STEP) build cargo build --locked --workspace --bins
	@scripts/gold $(QUANYU) $(SHARED)

.PHONY: bench
bench: ## compare with peers; writes bench/*/RESULT.md and bench/RESULTS.md
	@scripts/bench

.PHONY: torture
torture: ## long runs: made-up texts, kills, generated requests, 400,000 records under load (SECONDS_EACH=300 QUANYU_KILLS=1000)
	@scripts/torture
