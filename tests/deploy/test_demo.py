"""`make demo` as a visitor meets it: up, alive with calls, and gone without a trace of a process."""

import hashlib
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.trial.asterisk_tree import AsteriskTree
from deploy.trial.process import StartError
from deploy.trial.running_demo import RunningDemo, forget, temporary_state

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def state(asterisk_tree: AsteriskTree) -> Iterator[Path]:
    folder = temporary_state()
    yield folder
    forget(folder)
    folder.parent.rmdir()


def processes_of(state: Path) -> list[str]:
    """Return the command lines of all processes with the demo's state in their environment, and of its Asterisk."""
    marker = f"VOIPADMIN_DEMO_STATE={state}".encode()
    asterisk = f"/demo-{hashlib.sha256(str(state).encode()).hexdigest()[:8]}/etc/asterisk.conf".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ")
            if asterisk in command or marker in (process / "environ").read_bytes().split(b"\0"):
                found.append(command.decode())
        except OSError:
            continue  # it ended meanwhile
    return found


def gone(state: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while processes_of(state):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_the_first_start_prints_address_and_password_and_ctrl_c_ends_everything(state: Path) -> None:
    demo = RunningDemo(state).start()
    try:
        assert demo.password
        with urllib.request.urlopen(f"{demo.address}health/ready", timeout=10) as answer:
            assert answer.status == 200
        demo.wait_until_logged(r"traffic\S*\s+\| \S+ extension \d+ of \S+ registered", seconds=60)
        demo.wait_until_logged(r"answered, \d+ s", seconds=120)
        assert len(processes_of(state)) > 6
    finally:
        demo.stop(signal.SIGINT)
    assert gone(state, 15), processes_of(state)


def test_the_next_start_keeps_the_data_and_a_killed_demo_takes_its_children_along(state: Path) -> None:
    demo = RunningDemo(state).start()
    try:
        assert not demo.password
        assert demo.said("password that was shown at the first start")
    finally:
        demo.stop(signal.SIGKILL)
    assert gone(state, 20), processes_of(state)


@pytest.mark.parametrize("step", ["Starting PostgreSQL", "Preparing the database", "Starting the panel"])
def test_a_demo_that_is_killed_while_it_starts_leaves_no_process(state: Path, step: str) -> None:
    RunningDemo(state).start(until=step).stop(signal.SIGKILL)
    assert gone(state, 60), processes_of(state)


def test_a_demo_that_cannot_start_says_so_and_leaves_no_process(state: Path) -> None:
    demo = RunningDemo(state, {"WEB_WORKERS": "none"})
    with pytest.raises(StartError, match="could not start"):
        demo.start()
    assert demo.process is not None
    assert demo.process.returncode == 1
    assert gone(state, 60), processes_of(state)
