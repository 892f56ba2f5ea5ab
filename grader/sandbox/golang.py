"""Go in containers: where everything lies, and the commands that fetch and compile.

What is compiled lies in the build cache of an image: first the standard library, then the modules of one go.sum, then
the submission's own packages. So a start never waits for a compiler, and `go run` in a container links only.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from grader.sandbox.hardening import SCRATCH

CACHE = "/var/cache/go-build"
BUILD = "/build"
MODULE = f"{BUILD}/module"  # go.mod and go.sum as the go command shall read them
FETCHED = "/deps"
PROGRAMS = "PROGRAMS"  # the variable that names the folder of what was compiled
BINARIES = f"{BUILD}/bin"
OWN_CACHE = ".go-build"
TOOLS = "/usr/local/go/bin"  # where images of others have it; Debian's is in /usr/bin
# What the go command finds in every container of ours. It never looks for another Go, a repository or a workspace.
SETTINGS = {
    "GOCACHE": CACHE,
    "GOMODCACHE": f"{FETCHED}/modules",
    "GOFLAGS": "-buildvcs=false",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    "GOVCS": "*:off",
    "GOTELEMETRY": "off",
}
OFFLINE = {"GOPROXY": "off"}
# The cache removes what was not used for days, and notes what is used. Files from the future are left alone, and so
# is the layer of the image that they lie in.
FOREVER = f"""
chmod -R a+rwX {CACHE}
find {CACHE} -type f ! -newermt 2090-01-01 -exec touch -d 2100-01-01 {{}} +
"""
STANDARD = f"""set -e
cd {SCRATCH}
go build std
{FOREVER}"""
FETCH = """
cd {deps}
export GOFLAGS='-mod=mod -buildvcs=false -modcacherw' GOENV={settings}/go.env TMPDIR={scratch}
. {settings}/proxies
# Only the index is asked: with `direct` a go.mod would choose the hosts
GOPROXY=$(go env GOPROXY | sed -E 's/(^|[,|])direct//g; s/^[,|]//')
export GOPROXY="${{GOPROXY:-off}}" GONOPROXY=none
go list -deps . >/dev/null
chmod -R a+rX {deps}
"""
COMPILE = f"""
cd {FETCHED}
GOFLAGS='-mod=mod -buildvcs=false' go build . || true  # what is wrong is told when the submission is built
{FOREVER}"""
# The submission lies where it will run: programs may look for files beside their source.
OWN = f"""set -e
cp -R {{source}}/. {{app}}/
cd {{folder}}
cp -R {MODULE}/. .
if [ -f {FETCHED}/go.mod ]; then cp {FETCHED}/go.mod {FETCHED}/go.sum .; fi
if ! grep -qs '^go ' go.mod; then go mod edit -go="$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')"; fi
mkdir -p {BINARIES}
{{programs}}rm -rf {{app}}/* {MODULE}
"""
ONE = "go build -ldflags='-s -w' -o {binary} {pattern} || failed=1\n"


def exports(*, c: bool, offline: bool = True) -> str:
    """The settings as shell commands. With `c` a C compiler is used."""
    values = {**SETTINGS, **(OFFLINE if offline else {}), "CGO_ENABLED": str(int(c)), "HOME": SCRATCH}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in values.items()]
    return "".join((*lines, f'export PATH="{TOOLS}:$PATH"\n'))


def standard_command(*, c: bool) -> list[str]:
    """Compile the standard library into the cache."""
    return ["sh", "-c", exports(c=c) + STANDARD]


def own_command(programs: Mapping[str, str], *, source: str, app: str, folder: str, c: bool) -> list[str]:
    """Compile the submission's programs: at least one must be fine when several are asked for."""
    steps = "".join(
        ONE.format(binary=shlex.quote(f"{BINARIES}/{name}"), pattern=shlex.quote(pattern))
        for name, pattern in programs.items()
    )
    check = f'if [ -n "$failed" ] && [ -z "$(ls {BINARIES})" ]; then exit 1; fi\n'
    script = OWN.format(
        source=source, app=app, folder=shlex.quote(folder), programs=f"failed=\n{steps}{check}" if programs else ""
    )
    return ["sh", "-c", exports(c=c) + script]


def started(program: str) -> str:
    """The command that starts a program: with `exec`, because it may be called like a word of the shell."""
    return f"exec {shlex.quote(program)}"


def first_steps(start: str, programs: Mapping[str, str], app: str) -> list[str]:
    """What must be done before a command that may call the go command: it writes to its cache, and the image cannot be.

    So it gets a folder of links to what is compiled already.
    """
    ours = any(start == started(program) for program in programs)
    return [] if ours else [f"cp -rs {CACHE} {app}/{OWN_CACHE}"]


def environment(app: str, *, c: bool) -> dict[str, str]:
    """Variables of a running submission: its programs are found, and the go command works without a network."""
    return {
        **SETTINGS,
        **OFFLINE,
        "GOCACHE": f"{app}/{OWN_CACHE}",
        "GOFLAGS": "-buildvcs=false -vet=off",  # `go test` would look through the whole standard library first
        "CGO_ENABLED": str(int(c)),
        "GOTMPDIR": app,  # the one place where something may be written and run
        PROGRAMS: BINARIES,
    }
