"""Who is at fault when an installer fails: the list of packages, or our way to the package index."""

from __future__ import annotations

import re
from difflib import get_close_matches

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.go_blame import blame_go
from grader.sandbox.plan import Plan
from grader.visible import one_line

# Words of pip's and npm's own network errors. No code of the submission runs while packages are installed, so it
# cannot print them.
NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|NameResolutionError|NewConnectionError"
    r"|ConnectTimeoutError|ReadTimeoutError|Read timed out|Connection(?:Reset|Refused|Aborted)Error|Connection refused"
    r"|ProxyError|Network is unreachable|SSLError|SSLCertVerificationError|CERTIFICATE_VERIFY_FAILED"
    r"|Max retries exceeded|HTTP error 5\d\d|HTTP error 40[137]"
    r"|\b5\d\d (?:Server Error|Bad Gateway|Service Unavailable)"
    r"|Could not install packages due to an OSError"
    r"|407 Proxy|401 (?:Client )?Error|403 (?:Client )?Error|No space left on device"
    r"|npm (?:ERR!|error) code (?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|E40[137]"
    r"|E5\d\d|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT)"
    r"|dial tcp[^\n]*|TLS handshake timeout|x509: [^\n]*|proxyconnect [^\n]*|i/o timeout|connection reset by peer"
    r"|(?::|status:?) (?:40[137]|429|5\d\d) [A-Z][\w ]*"
)
NO_MATCH = re.compile(r"No matching distribution found for ([^\s(]+)")
VERSIONS = re.compile(r"requirement (\S+).*\(from versions: ([^)]*)\)")
DECISIVE = re.compile(r"^(?:ERROR|npm (?:ERR!|error))[:\s]*(\S.*)$", re.MULTILINE)
NPM_CODE = re.compile(r"npm (?:ERR!|error) code (\w+)")
# What npm answers when the list of packages is at fault; everything else is taken for ours.
LISTED_WRONG = frozenset(
    {
        *("E404", "ETARGET", "ERESOLVE", "EUSAGE", "EOVERRIDE", "EJSONPARSE", "EBADPLATFORM", "EUNSUPPORTEDPROTOCOL"),
        *("EINVALIDPACKAGENAME", "EINVALIDTAGNAME", "EPACKAGEJSON"),
    }
)
NOT_THERE = re.compile(r"'(@?[^'@\s]+@[^']*)' is not in this registry")
NO_VERSION = re.compile(r"No matching version found for (\S+?)\.?\s")
KNOWN = {
    "pip": [
        *("aiohttp", "aiosqlite", "alembic", "asyncpg", "bcrypt", "bottle", "celery", "django", "falcon", "fastapi"),
        *(
            "flask",
            "flask-sqlalchemy",
            "gunicorn",
            "httpx",
            "hypercorn",
            "litestar",
            "marshmallow",
            "passlib",
            "peewee",
        ),
        *(
            "psycopg",
            "psycopg2-binary",
            "pydantic",
            "pyjwt",
            "pytest",
            "python-dotenv",
            "python-jose",
            "quart",
            "redis",
        ),
        *("requests", "sanic", "sqlalchemy", "sqlmodel", "starlette", "tornado", "tortoise-orm", "uvicorn", "waitress"),
    ],
    "npm": [
        *("@hapi/hapi", "@nestjs/core", "ajv", "bcrypt", "bcryptjs", "body-parser", "cors", "dotenv", "express"),
        *("express-validator", "fastify", "helmet", "jest", "joi", "jsonwebtoken", "knex", "koa", "mongoose", "morgan"),
        *("mysql2", "nodemon", "pg", "prisma", "sequelize", "ts-node", "tsx", "typescript", "uuid", "zod"),
    ],
}


def blame(plan: Plan, log: str) -> SubmissionFault | OurFault:
    """E212 when the network failed, E217 when the installer broke, else E312 with the line that decided."""
    lines = [one_line(line, 300) for line in DECISIVE.findall(log)]
    if network := NETWORK.search(log):
        return OurFault(
            "E212",
            f"the dependencies cannot be downloaded: {one_line(network.group(), 120)}",
            note=f"nothing was taken from the submission for it; {_last(lines, log)}",
            help="see whether the package index and its certificates work on this machine; `grader doctor` tells more",
        )
    if plan.installer == "go":
        return blame_go(plan, log)
    codes = NPM_CODE.findall(log)
    theirs = (
        bool(lines) and "ERROR: Exception:" not in log
        if plan.installer == "pip"
        else bool(codes) and codes[-1] in LISTED_WRONG
    )
    if not theirs:
        return broken(_last(lines, log))
    what, help_ = _pip(log, lines) if plan.installer == "pip" else _npm(log, lines)
    return SubmissionFault(
        "E312",
        f"the dependencies cannot be installed: {what}",
        where=plan.declared,
        note="packages are installed ready made from the index; none of their code runs while installing",
        help=help_ or "see whether they install in an empty environment",
    )


def unmatched(log: str) -> str:
    """The requirement that pip found nothing for; empty when that is not what happened."""
    found = NO_MATCH.search(log)
    return found[1] if found else ""


def broken(why: str) -> OurFault:
    """E217: the installer itself failed, which says nothing about the list of packages."""
    return OurFault(
        "E217",
        f"installing the dependencies failed: {why}",
        note="nothing was taken from the submission for it",
        help="try again; `grader doctor` tells more",
    )


def _pip(log: str, lines: list[str]) -> tuple[str, str]:
    wanted = NO_MATCH.search(log)
    if wanted is None:
        return _last(lines, log), ""
    what = f"No matching distribution found for {wanted[1]}"
    versions = VERSIONS.search(log)
    if versions and versions[2] != "none":
        return what, f"ready-made versions in the index: {one_line(versions[2], 160)}"
    return what, _near(re.split(r"[<>=!~\[;]", wanted[1])[0], "pip")


def _npm(log: str, lines: list[str]) -> tuple[str, str]:
    if missing := NOT_THERE.search(log):
        return f"`{missing[1]}` is not in the package registry", _near(missing[1].rpartition("@")[0], "npm")
    if wanted := NO_VERSION.search(log):
        return f"no matching version found for {wanted[1]}", ""
    return next((line for line in lines if not line.startswith("code ")), _last(lines, log)), ""


def _near(name: str, installer: str) -> str:
    near = get_close_matches(name, KNOWN[installer], n=1, cutoff=0.8) if name not in KNOWN[installer] else []
    if near:
        return f"did you mean `{near[0]}`?"
    ready = "a package must offer a wheel for Linux: nothing is compiled here" if installer == "pip" else ""
    return f"see whether `{name}` is spelt as in the index; {ready}".strip("; ") if name else ready


def _last(lines: list[str], log: str) -> str:
    if lines:
        return lines[-1]
    told = [line for line in log.splitlines() if line.strip()]
    return one_line(told[-1], 300) if told else "it said nothing"
