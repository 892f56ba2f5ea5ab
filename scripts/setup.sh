#!/usr/bin/env bash
# Everything the grader needs on this machine: environment, container engine, base images.
# Each step is skipped when it is already done, so a second run needs no network and changes nothing.
#
#   scripts/setup.sh            environment, engine, images
#   scripts/setup.sh env        the Python environment only
#   scripts/setup.sh tests      also a browser, to look at the reports
#
# GRADER_SETUP_DOCKER=0      never install or start a container engine
# GRADER_REQUIRE_DOCKER=1    fail when there is no engine in the end (CI); otherwise go on without one
# GRADER_PYTHON=python3.12   which interpreter to make the environment with
set -euo pipefail
cd "$(dirname "$0")/.."
# An activated environment must not make itself anew out of itself
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$PWD/.venv/bin" | paste -sd:)
export PATH

changed=
say() { printf '%s\n' "setup: $*" >&2; }
patiently() { # what, command: says every 20 s that it is still going on
  local what=$1 clock code=0
  shift
  (while sleep 20 >/dev/null 2>&1 && kill -0 $$; do say "still $what …"; done) &
  clock=$!
  "$@" || code=$?
  kill "$clock" 2>/dev/null || true
  wait "$clock" 2>/dev/null || true
  return "$code"
}
fail() { printf '%s\n' "setup: error: $*" >&2; exit 3; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else return 1
  fi
}
install() { # packages of Debian, with the right to do so
  command -v apt-get >/dev/null || return 1
  changed=yes
  patiently "reading Debian's package lists" as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null &&
    patiently "installing $*" as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
}

good_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  for name in ${GRADER_PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && good_python "$name"; then command -v "$name"; return; fi
  done
  return 1
}

environment() {
  local python stamp
  python=$(find_python) || { say "installing Python from Debian's packages"; install python3 python3-venv && python=$(find_python); } ||
    fail "Python 3.11 or newer is needed; install it or name one in GRADER_PYTHON"
  stamp=$(cat requirements.lock pyproject.toml | sha256sum | cut -c1-32)-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if [ -x .venv/bin/grader ] && [ "$(cat .venv/.grader-stamp 2>/dev/null)" = "$stamp" ] && .venv/bin/python -c 'import grader' 2>/dev/null; then return; fi
  changed=yes
  say "making the environment .venv with $("$python" --version) (packages from your own package index, checked against requirements.lock)"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || { say "installing python3-venv"; install python3-venv; } ||
    fail "this Python has no venv module; install python3-venv"
  rm -rf .venv
  "$python" -m venv .venv
  patiently "downloading and installing packages (1 to 3 minutes)" .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock ||
    fail "the packages of requirements.lock cannot be installed; is a package index reachable (pip config, PIP_INDEX_URL)?"
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
  printf '%s\n' "$stamp" >.venv/.grader-stamp
}

engine_answers() { .venv/bin/python -c 'import docker; docker.from_env(version="auto", timeout=10).ping()' >/dev/null 2>&1; }
start_engine() {
  changed=yes
  if [ -d /run/systemd/system ]; then as_root systemctl start docker
  else
    say "starting dockerd (log: /var/log/grader-dockerd.log)"
    as_root sh -c 'setsid nohup dockerd >>/var/log/grader-dockerd.log 2>&1 </dev/null &'
  fi
  for _ in $(seq 60); do
    if engine_answers; then return; fi
    sleep 0.5
  done
  return 1
}
engine() {
  if engine_answers; then return; fi
  if [ "${GRADER_SETUP_DOCKER:-1}" = 0 ]; then
    say "no container engine answers, and GRADER_SETUP_DOCKER=0 forbids getting one"
    return 1
  fi
  if ! command -v dockerd >/dev/null; then
    say "no container engine answers: installing Debian's docker.io"
    install docker.io || { say "docker.io cannot be installed (root or sudo and Debian's packages are needed)"; return 1; }
  fi
  if start_engine; then return; fi
  if as_root test -S /var/run/docker.sock && ! [ -w /var/run/docker.sock ]; then
    say "the engine runs but you may not use it: add yourself to the group docker and log in again, or run this as root"
  else
    say "dockerd does not start; its last words:"
    as_root tail -n 5 /var/log/grader-dockerd.log >&2 || true
  fi
  return 1
}
images() {
  if .venv/bin/grader images list >/dev/null 2>&1; then return; fi
  changed=yes
  if ! command -v debootstrap >/dev/null; then
    say "installing debootstrap, to make the base images here"
    install debootstrap || say "debootstrap cannot be installed; base images must be pulled or loaded"
  fi
  say "getting or making the base images that submissions run in (the first time some minutes)"
  patiently "making base images" .venv/bin/grader images build
}

browser() {
  if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then return; fi
  say "installing Debian's chromium, to test the reports in a browser"
  install chromium fonts-dejavu-core || say "chromium cannot be installed: tests of the reports in a browser are left out"
}

environment
done_saying() { [ -n "$changed" ] && say "done" || say "nothing to set up: everything is here"; }
if [ "${1:-all}" = env ]; then done_saying; exit; fi
[ "${1:-all}" = tests ] && browser
if engine; then images; done_saying
elif [ "${GRADER_REQUIRE_DOCKER:-0}" = 1 ]; then fail "a container engine is required (GRADER_REQUIRE_DOCKER=1) and none answers"
else say "going on without a container engine: what needs one is left out and says so"
fi
