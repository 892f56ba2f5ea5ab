#!/usr/bin/env bash
# The tests. `fast` needs no container engine and no PostgreSQL; without it everything runs.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-all}
if [ "$mode" = fast ]; then scripts/setup.sh env; else scripts/setup.sh tests; fi
bin=.venv/bin

$bin/ruff check --quiet .
$bin/ruff format --quiet --check .
$bin/mypy
$bin/lint-imports --no-cache
# What only the engine or PostgreSQL can exercise is left to the contract tests; the floor is for the rest
$bin/pytest tests/unit --numprocesses 2 --cov --cov-report= --cov-fail-under=77 --quiet
if [ "$mode" = fast ]; then
  echo "test-fast: all passed. What needs a container engine, PostgreSQL or a browser was left out: make test"
  exit 0
fi
$bin/pytest tests/contract -m alone --quiet
$bin/pytest tests/contract tests/web -m "not alone" --numprocesses 2 --dist loadfile --quiet
$bin/pytest tests/reference --numprocesses 2 --dist worksteal --quiet
echo "test: all passed"
