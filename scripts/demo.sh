#!/usr/bin/env bash
# One good and one flawed answer of each challenge, graded for real.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh

out=${1:-grader-out/demo}
status=0
summary=
grade() { # challenge, answer, what it was made to be: the exit code of a grade that could be made is 0
  local folder="$out/$1-$2" score
  printf '\n── %s · %s (%s) ──\n' "$1" "$2" "$3"
  .venv/bin/grader grade "$1" "reference/$1/$2" --level mid -o "$folder" || status=$?
  score=$(.venv/bin/python -c 'import json, sys; print(json.load(open(sys.argv[1]))["score"]["percent"], "%")' \
    "$folder/result.json" 2>/dev/null) || score='–'
  summary+=$(printf '  %-18s %-16s %-8s %9s   %s' "$1" "$2" "$3" "$score" "$folder/report.html")$'\n'
}
grade todo-api good-fastapi good
grade todo-api wrong-values flawed
grade ecommerce-schema good-uuid good
grade ecommerce-schema flawed-types flawed
grade slow-query good-rewrite good
grade slow-query wrong-boundary flawed

printf '\n── summary: flawed answers are meant to lose points; open a report in a browser ──\n%s' "$summary"
exit "$status"
