"""What runs in the containers that install dependencies: pip, npm, and a compiler for the few packages that need it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence

from grader.sandbox import golang, node_tools
from grader.sandbox.hardening import SCRATCH
from grader.sandbox.node_locks import COMPILED
from grader.sandbox.plan import Plan

WORK, SETTINGS = "/deps", "/run/grader"
FOUND = "the index has it"

# Set by the command, not on the container: what is set there would stay in the image.
EXPORTS = f"""set -e
export HOME={SCRATCH} TMPDIR={WORK} PIP_CONFIG_FILE={SETTINGS}/pip.conf NPM_CONFIG_USERCONFIG={SETTINGS}/npmrc
if [ -s {SETTINGS}/ca.crt ]; then
  export PIP_CERT={SETTINGS}/ca.crt SSL_CERT_FILE={SETTINGS}/ca.crt NODE_EXTRA_CA_CERTS={SETTINGS}/ca.crt
fi
"""
PIP = f"""
python3 -m venv {WORK}/venv
cd {WORK}
constraints=''; if [ -f constraints.txt ]; then constraints='--constraint constraints.txt'; fi
install() {{
  {WORK}/venv/bin/python -m pip install --disable-pip-version-check --no-input --no-cache-dir --progress-bar off \\
    --only-binary=:all: --retries 2 --timeout 20 "$@"
}}
if [ -f exact.txt ]; then install --no-deps --requirement exact.txt; fi  # a lock file names all there is
if [ -f requirements.txt ]; then install $constraints --requirement requirements.txt; fi
"""
NPM = f"""
cd {WORK}
options='{{omit}} --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  --fetch-retries=2 --fetch-timeout=20000 --cache {WORK}/cache'
if [ {{command}} = ci ]; then  # a lock file that is not up to date is no fault: it is followed where it fits
  npm ci $options || npm install $options
else
  npm install $options
fi
"""


# The compiler of npm itself, asked directly: no install script runs.
COMPILE = f"""set -e
export HOME={SCRATCH} TMPDIR={WORK} JOBS=2
gyp=/usr/local/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js
compile() {{
  [ -d {WORK}/node_modules/$1 ] || return 0  # for developers only, or for another platform
  cd {WORK}/node_modules/$1; shift
  node $gyp rebuild --release --nodedir=/usr/local "$@"
  rm -rf build/Release/obj build/Release/obj.target build/deps
}}
"""
# Does the index have what pip did not find ready made? Asking runs no code of packages.
INDEXED = f"""
python3 -m venv {WORK}/venv
exec {WORK}/venv/bin/python -I -c '
import subprocess, sys
from pip._vendor.packaging.requirements import Requirement
wanted = Requirement(sys.argv[1])
asked = [sys.executable, "-m", "pip", "index", "versions", "--pre", "--ignore-requires-python", wanted.name]
said = subprocess.run(asked, capture_output=True, text=True).stdout
listed = said.partition("Available versions:")[2].splitlines()[:1]
versions = [version.strip() for line in listed for version in line.split(",")]
print("{FOUND}" if list(wanted.specifier.filter(versions, prereleases=True)) else "not there")
' "$0"
"""
GO = golang.exports(c=False, offline=False) + golang.FETCH.format(deps=WORK, settings=SETTINGS, scratch=SCRATCH)
SCRIPTS = (EXPORTS, PIP, NPM, *node_tools.SCRIPTS, COMPILE, GO, golang.COMPILE)


def install_command(plan: Plan) -> list[str]:
    """Install what the plan's manifest names."""
    if plan.installer == "pip":
        return ["sh", "-c", EXPORTS + PIP]
    if plan.installer == "go":
        return ["sh", "-c", EXPORTS + GO]
    if plan.installer in node_tools.INSTALL:
        followed = node_tools.install_script(plan.installer, development=plan.development)
    else:
        omit = "" if plan.development else "--omit=dev"
        followed = NPM.format(command=plan.installer.removeprefix("npm "), omit=omit)
    return ["sh", "-c", EXPORTS + followed + node_tools.STAND_INS]


def compile_command(plan: Plan) -> list[str]:
    """Compile packages that are installed already; for Node.js their names are of our own list."""
    if plan.stack == "go":
        return ["sh", "-c", golang.exports(c=bool(plan.compiled)) + golang.COMPILE]
    return ["sh", "-c", COMPILE + "".join(f"compile {name} {COMPILED[name]}\n" for name in plan.compiled)]


def index_command(requirement: str) -> list[str]:
    """Print `FOUND` when the index has any version of a requirement, ready made or not."""
    return ["sh", "-c", EXPORTS + INDEXED, requirement]


def archive(manifest: Mapping[str, str]) -> bytes:
    """The manifest as a tar of the folder things are installed in."""
    return packed({f"{WORK}/{name}": text for name, text in manifest.items()}, folders=(WORK,))


def packed(files: Mapping[str, str], *, folders: Sequence[str], owner: int = 0) -> bytes:
    """A tar of folders and files, by their absolute paths in a container."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as out:
        for name in folders:
            folder = tarfile.TarInfo(name.strip("/"))
            folder.type, folder.mode, folder.uid, folder.gid = tarfile.DIRTYPE, 0o755, owner, owner
            out.addfile(folder)
        for name, text in sorted(files.items()):
            data = text.encode()
            member = tarfile.TarInfo(name.strip("/"))
            member.size, member.mode, member.uid, member.gid = len(data), 0o644, owner, owner
            out.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
