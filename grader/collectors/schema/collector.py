"""Load a submitted schema into a real PostgreSQL, read what it became, and put questions to it."""

from __future__ import annotations

from grader.collectors.schema import copied
from grader.collectors.schema import files as schema_files
from grader.collectors.schema.awake import awake
from grader.collectors.schema.blocks import lasting
from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.choosing import chosen
from grader.collectors.schema.disagreements import disagreements
from grader.collectors.schema.drawings import diagrams as diagrams_in
from grader.collectors.schema.extent import bounded, few_enough
from grader.collectors.schema.load import load, prepare
from grader.collectors.schema.lost import as_meant, unloaded
from grader.collectors.schema.naming import concepts, disbelieved
from grader.collectors.schema.onlookers import onlookers
from grader.collectors.schema.policy import plan
from grader.collectors.schema.probes import probe
from grader.collectors.schema.workload import workload
from grader.errors import SubmissionFault
from grader.evidence.schema import Dialect, SchemaFacts, SqlFile
from grader.job import Job
from grader.model import Collector, Resource
from grader.sql.schema import ddl, dialect
from grader.sql.schema.matcher import match
from grader.sql.schema.places import placed
from grader.sql.schema.splitter import Statement


def collect(job: Job) -> SchemaFacts:
    """What the schema is and does. One for MySQL or SQLite is read, and all is asked of a PostgreSQL copy of it.

    Raises `SubmissionFault` E330 without SQL files, E331 when they are too large, E332 when they are not text, E333 for
    an unknown dialect, E334 when they make more tables than can be read.
    """
    names, remark = chosen(job.submission)
    if remark:
        job.notes.append(remark)
    with job.stages.measure("read"):
        files, statements, left_out = schema_files.statements(job.submission, names)
        diagrams, notes = diagrams_in(job.submission), schema_files.notes(job.submission)
    if left_out:
        job.notes.append(left_out)
    spoken = _dialect(job, files)
    if spoken != "postgres":
        statements = copied.statements(files, spoken)
    read = SchemaFacts(
        dialect=spoken, resembles=_resembled(job, files, spoken), files=files, diagrams=diagrams, notes=notes
    )
    return _loaded(job, files, statements, read)


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


def _resembled(job: Job, files: tuple[SqlFile, ...], spoken: Dialect) -> Dialect | None:
    """What the files look like when submission.toml says something else. It is believed, and that is noted."""
    if not job.submission.settings.sql.dialect:
        return None
    other = dialect.resembled("\n".join(file.text for file in files), spoken)
    if other is not None:
        said, looks = copied.NAMES[spoken], copied.NAMES[other]
        job.notes.append(f"the SQL looks like {looks}, but submission.toml says {said}: it was read as {said}")
    return other


def _loaded(job: Job, files: tuple[SqlFile, ...], statements: tuple[Statement, ...], read: SchemaFacts) -> SchemaFacts:
    few_enough(sum(1 for statement in statements if plan(statement).table))
    with job.databases.start() as server:
        with job.stages.measure("load"):
            prepare(server)
            meant = as_meant(lasting(statements)) if read.dialect == "postgres" else statements
            script = ddl.read(meant, read.dialect)
            copy = copied.copied(server, script, read.dialect) if read.dialect != "postgres" else None
            loading = copy.loading if copy else load(server, statements)
            bounded(server)
            if remark := onlookers(server):
                job.notes.append(remark)
        with job.stages.measure("catalog"):
            written = script.schema
            schema = placed(read_catalog(server), written)
            schema = copy.restored(schema) if copy else schema
            named = concepts(job.submission.settings.concepts, {table.name for table in schema.tables}, job.notes)
            found = match(schema, named)
            disbelieved(named, found, job.notes)
        with job.stages.measure("probes"):
            checks = {use.check for use in job.challenge.checks.values()}
            with awake(server):
                probes = probe(server, schema, found.roles, checks)
                differing = disagreements(server, schema, found.roles, checks)
        with job.stages.measure("workload"), awake(server):
            asked = workload(server, schema, found.roles, checks)
        return SchemaFacts(
            dialect=read.dialect,
            resembles=read.resembles,
            caveats=copy.caveats() if copy else (),
            shadow=copy.sql if copy else "",
            server=server.version,
            files=files,
            loading=loading,
            schema=schema,
            roles=found.roles,
            helpers=found.helpers,
            doubtful=found.doubtful,
            unloaded=unloaded(written, schema, named, found.roles, loading.failures),
            probes=copy.excused(probes) if copy else probes,
            disagreements=differing,
            workload=asked,
            diagrams=read.diagrams,
            notes=read.notes,
        )


COLLECTOR = Collector(name="schema", gathers=SchemaFacts, collect=collect, uses=Resource.DATABASE)
