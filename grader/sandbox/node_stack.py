"""How to start a Node.js submission."""

from __future__ import annotations

import re
from typing import Any

from grader.sandbox.node_deps import modules, package
from grader.sandbox.plan import Plan
from grader.sandbox.procfile import declared
from grader.sandbox.sources import Sources

USUAL = tuple(
    f"{folder}{name}{suffix}"
    for folder in ("", "src/")
    for name in ("index", "server", "app", "main")
    for suffix in (".js", ".mjs", ".cjs", ".ts", ".mts")
)
OTHER_STARTS = ("start:prod", "serve", "dev", "start:dev")  # when nothing else says how
TOOL_OF = {
    "typescript": "tsc",
    "@nestjs/cli": "nest",
    "@swc/cli": "swc",
    "@babel/node": "babel-node",
    "@babel/cli": "babel",
}
RUNS_SCRIPT = re.compile(
    r"\b(?:npm run|npm run-script|yarn run|yarn|pnpm run|pnpm|node --run)\s+(?:--?[\w-]+\s+)*([\w:.-]+)"
)
OUTPUT = re.compile(r"(?:^|\s|=)(?:\./)?((?:dist|build|out|lib)(?:/[\w./-]*)?)(?=\s|$)")


def plan(sources: Sources) -> Plan | None:
    """The plan, or nothing when nothing here says how to start.

    Raises `SubmissionFault` E310 when package.json cannot be read, `OurFault` E219 for a dependency from elsewhere.
    """
    data = package(sources)
    scripts = {name: text for name, text in (data.get("scripts") or {}).items() if isinstance(text, str)}
    found = declared(sources) or _start(sources, data, scripts)
    if found is None:
        return None
    start, origin = _by_npm(found[0], scripts), found[1]
    prepare = _prepare(sources, scripts, start)
    chain = _chain(f"{start}\n{prepare}", scripts)
    dev = frozenset(name for name in data.get("devDependencies") or {} if _named(str(name), chain))
    needs = modules(sources, data, development=bool(dev))
    return Plan(
        stack="node",
        start=start,
        origin=origin,
        port=sources.run.port,
        folder=sources.folder,
        prepare=prepare,
        installer=needs.installer,
        declared=sources.path("package.json"),
        manifest=needs.manifest,
        development=bool(dev),
        compiled=needs.compiled,
        unusable=needs.unusable,
        notes=needs.notes,
    )


def _start(sources: Sources, data: dict[str, Any], scripts: dict[str, str]) -> tuple[str, str] | None:
    where = sources.path("package.json")
    if scripts.get("start", "").strip():
        # npm itself is slow to start; it is only needed for what stands around the script
        around = "prestart" in scripts or "npm_" in scripts["start"]
        return ("npm start --silent" if around else scripts["start"].strip()), f"{where} (scripts.start)"
    main = str(data.get("main") or "").removeprefix("./")
    if main and (sources.has(main) or ("build" in scripts and OUTPUT.fullmatch(main))):
        return f"node {main}", f"{where} (main)"
    usual = next((name for name in USUAL if sources.has(name)), None)
    other = next((name for name in OTHER_STARTS if scripts.get(name, "").strip()), None)
    if other and not (usual and usual.endswith("js")):
        return scripts[other].strip(), f"{where} (scripts.{other})"
    return (f"node {usual}", sources.path(usual)) if usual else None


def _by_npm(start: str, scripts: dict[str, str]) -> str:
    """`yarn start` and the like by npm, which is there whatever was installed."""
    named = re.fullmatch(r"(?:yarn|pnpm)(?:\s+run)?\s+([\w:.-]+)", start)
    return f"npm run --silent {named[1]}" if named and named[1] in scripts else start


def _prepare(sources: Sources, scripts: dict[str, str], start: str) -> str:
    """`npm run build` when what is started is its output and was not handed in."""
    if "build" not in scripts or "build" in RUNS_SCRIPT.findall(_chain(start, scripts)):
        return ""
    output = OUTPUT.search(_chain(start, scripts))
    if output is None:
        return ""
    target = output[1].rstrip("/")
    there = sources.holds(target) or any(sources.has(f"{target}{suffix}") for suffix in ("", ".js", ".mjs", ".cjs"))
    return "" if there else "npm run build --silent"


def _chain(command: str, scripts: dict[str, str]) -> str:
    """A command with the text of every script it runs, and of theirs."""
    texts, seen = [command], set[str]()
    wanted = RUNS_SCRIPT.findall(command) + (["prestart", "start"] if "npm start" in command else [])
    while wanted:
        name = wanted.pop()
        if name not in seen and name in scripts:
            seen.add(name)
            texts.append(scripts[name])
            wanted += [*RUNS_SCRIPT.findall(scripts[name]), f"pre{name}"]
    return "\n".join(texts)


def _named(dependency: str, chain: str) -> bool:
    """True when a command names a development dependency's tool: then it is needed to start."""
    tools = {dependency, dependency.rpartition("/")[2], TOOL_OF.get(dependency, dependency)}
    return any(re.search(rf"(?<![\w@/.-]){re.escape(tool)}(?![\w-])", chain) for tool in tools)
