#!/usr/bin/env bash
# One good and one flawed answer of each challenge, graded for real.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh

out=${1:-grader-out/demo}
status=0
grade() { # challenge, answer: the exit code of a grade that could be made is 0
  printf '\n── %s · %s ──\n' "$1" "$2"
  .venv/bin/grader grade "$1" "reference/$1/$2" --level mid -o "$out/$1-$2" || status=$?
}
grade todo-api good-fastapi
grade todo-api wrong-values
grade ecommerce-schema good-uuid
grade ecommerce-schema flawed-types
grade slow-query good-rewrite
grade slow-query wrong-boundary
exit "$status"
