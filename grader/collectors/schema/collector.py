"""Load a submitted schema into a real PostgreSQL, read what it became, and put questions to it."""

from __future__ import annotations

from collections.abc import Mapping

from grader.collectors.schema import files as schema_files
from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.load import load, prepare, tables_in
from grader.collectors.schema.policy import plan
from grader.collectors.schema.probes import probe
from grader.errors import SubmissionFault
from grader.evidence.schema import Dialect, SchemaFacts, SqlFile
from grader.job import Job
from grader.model import Collector, Resource
from grader.sql.schema import ddl, dialect
from grader.sql.schema.matcher import CONCEPTS, match
from grader.sql.schema.names import words
from grader.sql.schema.places import placed
from grader.sql.schema.splitter import Statement

MAX_TABLES = 1_000


def collect(job: Job) -> SchemaFacts:
    """What the schema is and does. Another dialect than PostgreSQL's is only recognised: a person must judge it.

    Raises `SubmissionFault` E330 without SQL files, E331 when they are too large, E332 when they are not text, E333 for
    an unknown dialect, E334 when they make more tables than can be read.
    """
    names, remark = schema_files.chosen(job.submission)
    if remark:
        job.notes.append(remark)
    with job.stages.measure("read"):
        files, statements = schema_files.statements(job.submission, names)
        diagrams, notes = schema_files.diagrams(job.submission), schema_files.notes(job.submission)
    spoken = _dialect(job, files)
    if spoken != "postgres":
        job.notes.append(
            f"the SQL is written for {spoken}: this version judges PostgreSQL only, so a person must grade it"
        )
        return SchemaFacts(dialect=spoken, files=files, diagrams=diagrams, notes=notes)
    return _loaded(job, files, statements, SchemaFacts(files=files, diagrams=diagrams, notes=notes))


def _dialect(job: Job, files: tuple[SqlFile, ...]) -> Dialect:
    declared = job.submission.settings.sql.dialect.lower()
    if not declared:
        return dialect.sniffed("\n".join(file.text for file in files))
    known = dialect.named(declared)
    if known is None:
        raise SubmissionFault(
            "E333",
            f"submission.toml asks for the SQL dialect `{declared}`",
            where="submission.toml",
            help='say `dialect = "postgres"`, "mysql" or "sqlite" under [sql], or leave it out',
        )
    return known


def _loaded(job: Job, files: tuple[SqlFile, ...], statements: tuple[Statement, ...], read: SchemaFacts) -> SchemaFacts:
    _bounded(sum(1 for statement in statements if plan(statement).table))
    with job.databases.start() as server:
        with job.stages.measure("load"):
            prepare(server)
            loading = load(server, statements)
            _bounded(tables_in(server))
        with job.stages.measure("catalog"):
            written = ddl.read(statements).schema
            schema = placed(read_catalog(server), written)
            named = concepts(job.submission.settings.concepts, {table.name for table in schema.tables}, job.notes)
            found = match(schema, named)
            for concept, table in named.items():
                if concept not in found.roles or found.roles[concept].table != table:
                    job.notes.append(f"submission.toml names `{table}` as {concept}, but its columns say otherwise")
            before = match(written, named)
        with job.stages.measure("probes"):
            probes = probe(server, schema, found.roles, {use.check for use in job.challenge.checks.values()})
        unloaded = {
            table.name: next((c for c, role in before.roles.items() if role.table == table.name), "")
            for table in written.tables
            if schema.table(table.name) is None
        }
        return SchemaFacts(
            server=server.version,
            files=files,
            loading=loading,
            schema=schema,
            roles=found.roles,
            helpers=found.helpers,
            doubtful=found.doubtful,
            unloaded=unloaded,
            probes=probes,
            diagrams=read.diagrams,
            notes=read.notes,
        )


def _bounded(tables: int) -> None:
    if tables > MAX_TABLES:
        raise SubmissionFault(
            "E334",
            f"the SQL makes {tables} tables",
            note=f"at most {MAX_TABLES} are read",
            help="hand in the tables of the shop only",
        )


def concepts(given: Mapping[str, str], tables: set[str], notes: list[str]) -> dict[str, str]:
    """Tables named for concepts in submission.toml; plural keys and older names are taken, wrong ones are noted."""
    found = {}
    for key, table in given.items():
        concept = _concept(key)
        name = next((name for name in (table, table.lower()) if name in tables), "")
        if not concept:
            notes.append(f"submission.toml [concepts] `{key}` means nothing here; known: {', '.join(CONCEPTS)}")
        elif not name:
            notes.append(f"submission.toml names `{table}` for `{key}`, but no such table was loaded")
        else:
            found[concept] = name
    return found


def _concept(key: str) -> str:
    named = {words(concept): concept for concept in CONCEPTS}
    others = {("order", "item"): "order_line", ("customer",): "user", ("line", "item"): "order_line"}
    return {**others, **named}.get(words(key), "")


COLLECTOR = Collector(name="schema", gathers=SchemaFacts, collect=collect, uses=Resource.DATABASE)
