"""What this machine says about the network: package mirrors, proxies and the certificates it trusts.

Companies have mirrors and certificate authorities of their own. They are read from the tools' own configuration
when needed, handed to our installers as files that never become part of an image, and written nowhere else.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
BUNDLE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
GO_OPTIONS = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE")
PIP_OPTIONS = ("index-url", "extra-index-url", "trusted-host", "proxy")


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """Settings for package installers: contents of configurations of pip, npm and Go, and the certificates to trust."""

    pip: str = ""
    npm: str = ""
    go: str = ""
    certificates: Path | None = None


@cache
def network() -> Network:
    """This machine's settings, read once."""
    return Network(pip=_pip(), npm=_npm(), go=_go(), certificates=certificates())


def certificates() -> Path | None:
    """The certificates this machine trusts: the first file that the environment names, else the system's."""
    named = [Path(os.environ[name]) for name in BUNDLE_VARIABLES if os.environ.get(name)]
    return next((path.resolve() for path in (*named, BUNDLE) if path.is_file()), None)


def proxies() -> dict[str, str]:
    """Proxy settings of the environment, by their lower-case names."""
    names = ("http_proxy", "https_proxy", "no_proxy")
    found = {name: _either_case(name.upper()) for name in names}
    return {name: value for name, value in found.items() if value}


def proxy_exports() -> str:
    """The same as shell commands, for tools that read nothing else."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in proxies().items())


def debian_mirror(codename: str) -> str:
    """The archive this machine's apt uses for `codename`; empty when it names none that can be reached by URL."""
    for uri, suites in _apt_sources():
        if uri.startswith(("http://", "https://")) and codename in suites:
            return uri
    return ""


def operating_system() -> dict[str, str]:
    """`/etc/os-release` as a table; empty where there is none."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return {}
    return {name: value.strip().strip('"') for name, _, value in (line.partition("=") for line in text.splitlines())}


def _either_case(name: str) -> str:
    """A variable of the environment that tools accept in lower case too, which then comes first."""
    return os.environ.get(name.lower()) or os.environ.get(name) or ""


def _apt_sources() -> Iterator[tuple[str, list[str]]]:
    folder = Path("/etc/apt")
    for path in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield from _stanzas(text) if path.suffix == ".sources" else _lines(text)


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """`deb [options] URI suite components`, one per line."""
    for match in re.finditer(r"(?m)^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)", text):
        yield match[1], [match[2]]


def _stanzas(text: str) -> Iterator[tuple[str, list[str]]]:
    """Paragraphs of `Field: values`."""
    for paragraph in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"(?m)^(\w[\w-]*):[ \t]*(.+)$", paragraph))
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") != "no":
            for uri in fields.get("URIs", "").split():
                yield uri, fields.get("Suites", "").split()


def _pip() -> str:
    """A pip configuration with the indexes of this machine's pip; folders of this machine stay behind."""
    values: dict[str, str] = {}
    for path in _pip_files():
        parser = configparser.RawConfigParser()
        with contextlib.suppress(OSError, configparser.Error):
            parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
        for section in ("global", "install"):
            values |= dict(parser.items(section)) if parser.has_section(section) else {}
    for option in PIP_OPTIONS:
        values |= {option: value} if (value := os.environ.get(f"PIP_{option.upper().replace('-', '_')}")) else {}
    proxy = proxies().get("https_proxy") or proxies().get("http_proxy")
    values = {"proxy": proxy, **values} if proxy else values
    lines = []
    for option in PIP_OPTIONS:
        reachable = [item for item in values.get(option, "").split() if not item.startswith(("file:", "/"))]
        lines += [f"{option} = {' '.join(reachable)}\n"] if reachable else []
    return "[global]\n" + "".join(lines)


def _pip_files() -> list[Path]:
    """Where pip keeps its configuration, weakest first."""
    home, etc = Path.home(), Path("/etc")
    user = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    named = os.environ.get("PIP_CONFIG_FILE")
    return [
        *(etc / "xdg/pip/pip.conf", etc / "pip.conf", home / ".pip/pip.conf", user / "pip/pip.conf"),
        *(Path(sys.prefix) / "pip.conf", *([Path(named)] if named else [])),
    ]


def _npm() -> str:
    """An npm configuration with the registry of this machine's npm and its proxies."""
    registry = ""
    for path in _npm_files():
        with contextlib.suppress(OSError):
            found = re.findall(r"(?m)^\s*registry\s*=\s*(\S+)", path.read_text(encoding="utf-8", errors="replace"))
            registry = found[-1].strip("\"'") if found else registry
    registry = _either_case("NPM_CONFIG_REGISTRY") or registry
    lines = [f"registry={registry}"] if registry.startswith(("http://", "https://")) else []
    for ours, theirs in (("http_proxy", "proxy"), ("https_proxy", "https-proxy"), ("no_proxy", "noproxy")):
        if value := proxies().get(ours):
            lines.append(f"{theirs}={value}")
    return "".join(f"{line}\n" for line in lines)


def _npm_files() -> list[Path]:
    """Where npm keeps its configuration, weakest first."""
    npm = shutil.which("npm")
    installed = [Path(npm).parent.parent / "etc/npmrc"] if npm else []
    named = _either_case("NPM_CONFIG_USERCONFIG")
    return [*installed, Path(named) if named else Path.home() / ".npmrc"]


def _go() -> str:
    """Go's own settings with the module index of this machine; folders of this machine stay behind."""
    values: dict[str, str] = {}
    for path in _go_files():
        with contextlib.suppress(OSError):
            values |= dict(re.findall(r"(?m)^(\w+)=(.*)$", path.read_text(encoding="utf-8", errors="replace")))
    values |= {name: os.environ[name] for name in GO_OPTIONS if os.environ.get(name)}
    indexes = re.split(r"(?<=[,|])", values.get("GOPROXY", ""))
    values["GOPROXY"] = "".join(index for index in indexes if not index.startswith("file:")).rstrip(",|")
    return "".join(f"{name}={values[name]}\n" for name in GO_OPTIONS if values.get(name))


def _go_files() -> list[Path]:
    """Where Go keeps its settings, weakest first."""
    go = shutil.which("go")
    installed = [Path(go).resolve().parent.parent / "go.env"] if go else []
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "go/env"
    named = os.environ.get("GOENV", "")
    return installed if named == "off" else [*installed, Path(named) if named else user]
