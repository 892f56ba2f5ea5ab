"""What every error code means and what to do about it. Codes are stable: tools and people look them up."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E101": "A file of a challenge pack cannot be read, or says something that means nothing, such as a check that "
    "asks about a step which the exam does not have.",
    "E102": "There is nothing at a path that was given, or git cannot read the revision that was asked for.",
    "E105": "There is no challenge of that name. `grader challenge list` shows the ones there are; "
    "`--challenges DIR` or GRADER_CHALLENGES adds a folder of packs.",
    "E106": "A challenge pack has no brief.md. Every check quotes the brief, so there must be one.",
    "E107": "Two challenge packs in one place have the same id. Give one of them another id, or say which with a path.",
    "E108": "A file is not a result or not saved evidence of this version of the grader. Grade again to get one.",
    "E109": "There is no report format of that name.",
    "E110": "There is no level of that name: junior, mid or senior.",
    "E111": "The files in this folder fit no challenge, or several. Name it: `--challenge NAME`, or `challenge = "
    '"NAME"` in submission.toml.',
    "E112": "Reference answers are missing, or one has no readable expected.toml.",
    "E113": "There is no error code of that name.",
    "E114": "The challenge sends no requests, so it has no exam that could be printed.",
    "E115": "There is no base image for that purpose. `grader images list` shows the purposes.",
    "E116": "A file cannot be loaded as container images. It must be written by `docker save`.",
    "E117": "A --url that is no address of a service, such as http://127.0.0.1:8000, or --url or --token where no "
    "running service is checked.",
    "E118": "A slow-query pack has no exercise.",
    "E119": "The place for the files of a candidate is no empty folder. Name a new one: nothing is overwritten.",
    "E201": "No container engine answers: it is not running, too old, or this user may not use it. Services are "
    "graded in containers only; the two SQL challenges fall back to PostgreSQL as a process.",
    "E202": "A base image is missing and cannot be pulled or made. Ways out: a registry, `grader images load FILE`, "
    "`grader images build` (needs root and Debian's packages), or GRADER_BASE_PYTHON and the like.",
    "E203": "The disk is full, or a folder cannot be written. Earlier results are kept as they were.",
    "E204": "The container engine failed while it was doing something for us.",
    "E205": "The relay of the sandbox did not come up. An engine on another machine is one cause.",
    "E206": "No port of this machine could be opened for the forwarder.",
    "E207": "A process of the grader was ended from outside, often because the machine ran out of memory.",
    "E212": "Dependencies could not be downloaded: the package index is out of reach or slow. Try again.",
    "E213": "The code needs a newer Python or Go than the sandbox has.",
    "E214": "A dependency exists but has no ready-made build for the sandbox, which compiles nothing for Python.",
    "E215": "A service that somebody else started cannot be restarted from here.",
    "E216": "The submission asks for a PostgreSQL and there is none to offer in this kind of run.",
    "E217": "The package installer itself broke or ran out of memory.",
    "E218": "The sandbox cannot run this yet: it runs Python, Node.js and Go, and builds no Dockerfile of a candidate.",
    "E219": "The sandbox installs packages from the index only, and a dependency comes from git, a URL or a file.",
    "E220": "PostgreSQL cannot be started here. `grader doctor` tells more.",
    "E221": "PostgreSQL went away or does not answer any more.",
    "E222": "PostgreSQL broke while it ran a statement of ours.",
    "E223": "A query of the exercise itself does not run, or its reference gives other rows. The pack must be mended.",
    "E224": "setup.sql changed more than indexes and statistics although it was let through. A person must look.",
    "E225": "A self-check without containers needs a program that is not installed on this machine.",
    "E240": "schemathesis did not start, or what it wrote cannot be read.",
    "E241": "The contract of a challenge, or a patch to it, cannot be read.",
    "E242": "The exam of a challenge cannot be read. The place is shown.",
    "E299": "The grader broke in a way nobody foresaw. Run again with -vv and report it.",
    "E301": "The submission is empty.",
    "E302": "The submission cannot be taken in: an archive that cannot be read, names that lead out of the folder, or "
    "too much in all. A link, a device or one huge file alone is left out and named.",
    "E303": "submission.toml cannot be read, or says something that means nothing. Mend the line that "
    "is shown, or leave it out: the README lists every key.",
    "E310": "Nothing says how to start the service. Say it in submission.toml: [run] start.",
    "E311": "The code makes an application, but no server to run it is among the dependencies.",
    "E312": "The dependencies cannot be installed: a name or version that does not exist, or files that contradict.",
    "E313": "The dependencies are larger than the sandbox allows.",
    "E314": "submission.toml names a stack that does not exist.",
    "E315": "The code does not compile. The compiler's first errors are shown.",
    "E320": "The service ended before it listened. Its last words are shown.",
    "E321": "The service runs and nothing listens on PORT. If it listens elsewhere, that place is named.",
    "E322": "The port is open, and what answers there is not HTTP.",
    "E323": "Nothing listens at the --url that was given. Start the service first.",
    "E330": "There is no SQL file: hand in schema.sql, or migrations/*.sql in order.",
    "E331": "The SQL is too large to be read. Hand in the statements that make the schema, without data.",
    "E332": "A SQL file is not text. Hand in the statements themselves (`pg_dump --schema-only --format=plain`).",
    "E333": "submission.toml names an SQL dialect that is not read. Say postgres, mysql or sqlite under [sql], or "
    "leave it out.",
    "E334": "The SQL makes more tables, columns or rules than are read. Hand in the tables of the shop only.",
    "E340": "There is no query.sql. Hand in the query under that name.",
}
