"""PostgreSQL and Valkey of the trial: unprivileged, durable where asked, and gone when their parent is."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.trial.postgres import Postgres, PostgresPrograms, system_programs, wheel_programs
from deploy.trial.unprivileged import find_quarters
from deploy.trial.valkey import Valkey

pytestmark = pytest.mark.slow(seconds=1)

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
PROGRAMS = [
    pytest.param(wheel_programs(), id="wheel"),
    pytest.param(
        system_programs(15),
        id="debian15",
        marks=pytest.mark.skipif(system_programs(15) is None, reason="Debian's PostgreSQL 15 is not installed"),
    ),
]


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder below one that only its owner may enter, as a clone below /root is."""
    top = Path("/var/tmp") / f"voipadmin-closed-{os.getpid()}"
    top.mkdir(mode=0o700)
    try:
        yield top / "clone"
    finally:
        shutil.rmtree(top)


def owner_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name


@pytest.mark.parametrize("programs", PROGRAMS)
def test_postgres_keeps_its_data_over_a_restart(
    tmp_path_factory: pytest.TempPathFactory, programs: PostgresPrograms
) -> None:
    server = Postgres(tmp_path_factory.mktemp("postgres"), programs=programs)
    try:
        server.start()
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop()
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    finally:
        server.stop()


def test_postgres_lets_nobody_in_without_the_password(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    try:
        server.start()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url().replace(server.password, "guess"))
    finally:
        server.stop()
    assert (tmp_path / "password").stat().st_mode & 0o077 == 0


@AS_ROOT
def test_a_clone_below_a_closed_folder_works_and_the_folder_stays_closed(closed_folder: Path) -> None:
    server, valkey = Postgres(closed_folder / "postgres", durable=False), Valkey(closed_folder / "valkey")
    try:
        server.start()
        valkey.start()
        for child in (server.child, valkey.child):
            assert child is not None
            assert owner_of(child.popen.pid) == "nobody"
        assert server.quarters.stage is not None
        assert not any((server.quarters.stage / name).exists() for name in ("programs", "home"))
    finally:
        valkey.stop()
        server.stop()
    assert closed_folder.parent.stat().st_mode & 0o777 == 0o700


@AS_ROOT
def test_a_folder_that_others_may_enter_needs_no_namespace(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path("/var/tmp") / f"voipadmin-open-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        assert find_quarters(Path("/usr/bin"), folder).stage is None
    finally:
        folder.rmdir()


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_the_engines_end_when_their_parent_is_killed(tmp_path: Path, blow: signal.Signals) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from deploy.trial.postgres import Postgres; from deploy.trial.valkey import Valkey\n"
        "engines = [Postgres(Path(sys.argv[1]) / 'postgres', durable=False), Valkey(Path(sys.argv[1]) / 'valkey')]\n"
        "[engine.start() for engine in engines]\n"
        "print(*[engine.child.popen.pid for engine in engines], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(blow)
        parent.wait()
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.1)
