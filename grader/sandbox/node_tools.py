"""pnpm and Yarn as they are used here: the candidate's own tool follows its own lock file, and runs nothing else.

A lock file of pnpm or Yarn could be turned into npm's, but what it says about digests (Yarn's are of its own archives),
peers and places in the tree would be lost on the way. So the tool that wrote it installs from it. Which one is decided
by the format of the file, its version and content are fixed here, and it comes from the registry that npm is set up
for, checked by npm. Of the submission it gets the list of packages and the lock file only: what could run code or name
another registry (`.pnpmfile.cjs`, `.npmrc`, `.yarnrc`, `.yarnrc.yml` with `yarnPath` and plugins, `packageManager`,
scripts, patches) stays behind, and packages are not built.
"""

from __future__ import annotations

import json

import msgspec

from grader.sandbox.plan import Installer

WORK = "/deps"
REGISTRY = "@registry@"  # in a lock file: replaced by the address of the registry that npm is set up for


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One program of the registry, fixed to the byte."""

    package: str
    version: str
    integrity: str

    def files(self) -> dict[str, str]:
        """What npm needs to install it in a folder of its own, by path below the folder of the manifest."""
        wanted = {self.package: self.version}
        entry = {"version": self.version, "integrity": self.integrity}
        packages = {"": {"dependencies": wanted}, f"node_modules/{self.package}": entry}
        lock = {"name": "tool", "lockfileVersion": 3, "requires": True, "packages": packages}
        return {
            "tool/package.json": json.dumps({"name": "tool", "private": True, "dependencies": wanted}),
            "tool/package-lock.json": json.dumps(lock),
        }


# By the version of the lock file's format; what is written there begins with it.
PNPM = {
    "5.": Tool(
        package="pnpm",
        version="7.33.7",
        integrity="sha512-ev4kEGQrOcaY30baTOXHIxpczjYGmNafjPj0IlfUCz5D8jEFOwe43oSf1P+/SnH/V7g1E3d3o1I4jz09p0cgDg==",
    ),
    "6.": Tool(
        package="pnpm",
        version="8.15.9",
        integrity="sha512-SZQ0ydj90aJ5Tr9FUrOyXApjOrzuW7Fee13pDzL0e1E6ypjNXP0AHDHw20VLw4BO3M1XhQHkyik6aBYWa72fgQ==",
    ),
    "9.": Tool(
        package="pnpm",
        version="10.34.8",
        integrity="sha512-9ieo6XE0Ov5J39D2PQKCNCAd+oMdXLWIcz4eX42ya/FpiaMhYatcG02zsf28NzFgYGtbieAC323RmoWt+R/FqA==",
    ),
}
YARN = Tool(
    package="yarn",
    version="1.22.22",
    integrity="sha512-prL3kGtyG7o9Z9Sv8IPfBNrWTDmXB4Qbes8A9rEzt6wkJV8mUvoirjU0Mp3GGAU06Y0XQyA3/2/RQFVuK7MTfg==",
)
BERRY = {
    "6": Tool(
        package="@yarnpkg/cli-dist",
        version="3.8.7",
        integrity="sha512-YMoAlLR9f+kxXjK72ggBIidi3ulQQrQpMSxzrLUt0OUk9Xdst2v26LBSYFlzOm+7KRNWgYIJpFjA8uRnCgB5xQ==",
    ),
    "8": Tool(
        package="@yarnpkg/cli-dist",
        version="4.9.2",
        integrity="sha512-qrMyWzvEnWhaWOflvE1pGxWGiVOPsO/q4XfGCeRPnLU8ECkvhrhJEfCNakcy3s3VHcApBASQ4fmL0sOEw6xtZQ==",
    ),
    "10": Tool(
        package="@yarnpkg/cli-dist",
        version="4.18.1",
        integrity="sha512-EH+A4TxAtBWXKE0DGQxW9Bo9crXHLJ73mfxjTQJuv8XonNWWTpei8BQ5JjczHJNU9GROTycwMFn8iOvRIZXUcA==",
    ),
}

# A tool that says of its lock file that it is out of date; any other failure stays one.
OUT_OF_DATE = (
    "ERR_PNPM_(OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|NO_LOCKFILE|LOCKFILE_BREAKING_CHANGE)"
    "|lockfile needs to be updated"
)
NPM_OPTIONS = f"""options='--ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
  --fetch-retries=2 --fetch-timeout=20000 --cache {WORK}/cache'
"""
FETCH_TOOL = f"""
(cd {WORK}/tool && npm ci $options)
tool={WORK}/tool/node_modules
registry=$(npm config get registry); registry=${{registry%/}}
proxy=$(npm config get https-proxy); if [ "$proxy" = null ]; then proxy=''; fi
follow() {{
  "$@" >{WORK}/log 2>&1 && return
  cat {WORK}/log
  grep -Eq '{OUT_OF_DATE}' {WORK}/log || return 1
  rm -rf node_modules {WORK}/pnpm-lock.yaml {WORK}/yarn.lock
  npm install $omit $options
}}
cd {WORK}
"""
INSTALL: dict[Installer, str] = {
    "pnpm": f"""
export XDG_CACHE_HOME={WORK}/cache XDG_STATE_HOME={WORK}/cache XDG_DATA_HOME={WORK}/cache CI=true
follow node $tool/pnpm/bin/pnpm.cjs install $production --frozen-lockfile --ignore-scripts --ignore-pnpmfile \\
  --reporter=append-only --config.node-linker=hoisted --config.store-dir={WORK}/cache/store \\
  --config.registry=$registry/ --config.fetch-retries=2 --config.fetch-retry-mintimeout=1000 \\
  --config.fetch-retry-maxtimeout=5000 --config.manage-package-manager-versions=false \\
  --config.confirm-modules-purge=false --config.verify-store-integrity=true
""",
    "yarn": f"""
sed -i "s|{REGISTRY}|$registry|" yarn.lock
follow node --no-deprecation $tool/yarn/bin/yarn.js install $production --frozen-lockfile --ignore-scripts \\
  --ignore-engines --no-default-rc --non-interactive --no-progress --network-timeout 60000 --registry "$registry" \\
  ${{proxy:+--https-proxy "$proxy" --proxy "$proxy"}} --cache-folder {WORK}/cache
""",
    # Yarn 2 and later call a lock file out of date for a comment in it; what it holds is followed without `--immutable`
    # too, digests included. They know no production install that does so: all groups are installed.
    "yarn berry": f"""
export YARN_IGNORE_PATH=1 YARN_ENABLE_SCRIPTS=0 YARN_NODE_LINKER=node-modules YARN_ENABLE_TELEMETRY=0
export YARN_ENABLE_GLOBAL_CACHE=0 YARN_CACHE_FOLDER={WORK}/cache YARN_GLOBAL_FOLDER={WORK}/cache/global
export YARN_NPM_REGISTRY_SERVER="$registry" YARN_COMPRESSION_LEVEL=$(cat compression) YARN_ENABLE_PROGRESS_BARS=0
export YARN_ENABLE_IMMUTABLE_INSTALLS=0
if [ -n "$proxy" ]; then export YARN_HTTPS_PROXY="$proxy" YARN_HTTP_PROXY="$proxy"; fi
host=${{registry#http://}}; if [ "$host" != "$registry" ]; then export YARN_UNSAFE_HTTP_WHITELIST=${{host%%[:/]*}}; fi
if [ -s "$SSL_CERT_FILE" ]; then export YARN_HTTPS_CA_FILE_PATH="$SSL_CERT_FILE"; fi
follow node $tool/@yarnpkg/cli-dist/bin/yarn.js install --mode=skip-build
""",
}
# Scripts call the tool they were written with; at run time there is npm only, which runs the same scripts.
STAND_IN = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
word=${1:-install}
[ $# -eq 0 ] || shift
case $word in
  run|run-script) word=$1; shift ;;
  exec|dlx|node) [ $word = node ] && exec node "$@"; exec "$@" ;;
  install|i) exit 0 ;;
esac
asked='process.exit((JSON.parse(fs.readFileSync("package.json")).scripts || {})[process.argv[1]] ? 0 : 1)'
if node -e "$asked" "$word"; then exec npm run --silent "$word" -- "$@"; fi
exec "$word" "$@"
"""
STAND_INS = f"""
for name in pnpm yarn; do
  if [ -d {WORK}/node_modules ] && [ ! -e {WORK}/node_modules/.bin/$name ]; then
    mkdir -p {WORK}/node_modules/.bin
    cat >{WORK}/node_modules/.bin/$name <<'END'
{STAND_IN}END
    chmod 755 {WORK}/node_modules/.bin/$name
  fi
done
rm -rf {WORK}/cache {WORK}/tool {WORK}/log {WORK}/node-compile-cache {WORK}/v8-compile-cache*
"""
SCRIPTS = (NPM_OPTIONS, FETCH_TOOL, *INSTALL.values(), STAND_INS)


def install_script(installer: Installer, *, development: bool) -> str:
    """The shell commands that follow a lock file in the folder of the manifest."""
    omit = "" if development else "--omit=dev"
    production = {"pnpm": "" if development else "--prod", "yarn": f"--production={str(not development).lower()}"}
    settings = f"omit='{omit}' production='{production.get(installer, '')}'\n"
    return f"{settings}{NPM_OPTIONS}{FETCH_TOOL}{INSTALL[installer]}"
