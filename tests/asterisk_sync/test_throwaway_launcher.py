"""A throwaway Asterisk reaches nobody, leaves nothing behind and needs no power of root."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from asterisk_sync import throwaway
from asterisk_sync.generations.expected import expected_config
from asterisk_sync.throwaway import Program, UnavailableError, run_trial
from asterisk_sync.throwaway.instance import Instance
from asterisk_sync.throwaway.private_directory import PREFIX, STALE_SECONDS, _is_held, private_directory
from tests.asterisk_sync.throwaway_sets import BOTH, GOOD, file_named, replaced, sealed

pytestmark = [pytest.mark.asterisk, pytest.mark.usefixtures("program")]

BAD = replaced("gateways", "rfc4733", "banana")


@contextmanager
def settled_directories(parent: Path) -> Iterator[list[Path]]:
    """Collect the directories that were made in the block and that nobody holds when it is over."""
    before = set(parent.glob(f"{PREFIX}*"))
    left: list[Path] = []
    yield left
    left += [path for path in set(parent.glob(f"{PREFIX}*")) - before if path.exists() and not _is_held(path)]


def test_a_registration_in_the_set_sends_nothing(program: Program) -> None:
    """The carrier is this machine's own loopback: outside the namespace, a packet would arrive."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{carrier.getsockname()[1]}"
        files = sealed(gateways=GOOD[file_named("gateways")].replace("198.51.100.1:5060", address))
        assert address in files[file_named("gateways")]
        with slowly(2.0):
            assert run_trial(files, expected_config(files), BOTH).problems == []
        carrier.settimeout(0.2)
        with pytest.raises(TimeoutError):
            carrier.recv(4096)


def test_that_nobody_can_be_reached_is_no_reason_to_refuse() -> None:
    """The gateway is asked whether it is there, and a registration is tried, as on any node."""
    with slowly(1.0):
        assert run_trial(sealed(), expected_config(sealed()), BOTH).problems == []


class slowly:  # noqa: N801 - reads as what it does: with slowly(2.0)
    """Leave Asterisk running for some seconds after it has loaded the set."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        original = Instance.wait_until_booted

        def wait(instance: Instance) -> None:
            original(instance)
            instance.console("pjsip send register GW_A")
            instance.console("pjsip qualify GW_A")
            time.sleep(self.seconds)

        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(Instance, "wait_until_booted", wait)

    def __exit__(self, *_error: object) -> None:
        self.patch.undo()


def test_without_a_namespace_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = throwaway.instance.LAUNCHER.read_text()
    stubborn = tmp_path / "launcher.py"
    # A flag that the kernel refuses, as it refuses them all in a container without rights.
    stubborn.write_text(source.replace('call("unshare", ', 'call("unshare", 1 << 3 |'))
    monkeypatch.setattr(throwaway.instance, "LAUNCHER", stubborn)
    with pytest.raises(UnavailableError, match="unshare"):
        run_trial(sealed(), expected_config(sealed()), BOTH)


def test_a_namespace_that_is_none_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretending = tmp_path / "launcher.py"
    pretending.write_text(throwaway.instance.LAUNCHER.read_text().replace('call("unshare", CLONE_NEWNET)', "pass"))
    monkeypatch.setattr(throwaway.instance, "LAUNCHER", pretending)
    with pytest.raises(UnavailableError, match="not a network namespace"):
        run_trial(sealed(), expected_config(sealed()), BOTH)


def test_nothing_is_left_behind(program: Program) -> None:
    with private_directory(program) as directory:
        neighbours = directory.path.parent
    assert not directory.path.exists()
    with settled_directories(neighbours) as left:
        run_trial(sealed(), expected_config(sealed()), BOTH)
        run_trial(BAD, expected_config(sealed()), BOTH)
    assert left == []
    assert enclosed_processes(os.getpid()) == []


def enclosed_processes(parent: int) -> list[int]:
    """Return the processes of throwaway Asterisks that `parent` started, themselves and their launchers."""
    # A set: before a child has become an Asterisk it still bears the name of its launcher.
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            environment_of = f'"parent": {parent}'.encode()
        except OSError:
            continue
        if b"launcher.py" in command and environment_of in command:
            found |= {int(entry.name), *children(int(entry.name))}
    return sorted(found)


def children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(word) for word in text.split()]


CALLER = """
import django; django.setup()
from unittest import mock
from asterisk_sync import throwaway
from asterisk_sync.generations.expected import expected_config
from tests.asterisk_sync.throwaway_sets import BOTH, sealed
def wait(instance):
    print("running", flush=True)
    import time; time.sleep(60)
with mock.patch.object(throwaway.instance.Instance, "wait_until_booted", wait):
    throwaway.run_trial(sealed(), expected_config(sealed()), BOTH)
"""


@pytest.fixture
def caller() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is in the middle of a trial."""
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "voipadmin.settings", "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-c", CALLER], env=environment, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    while b"running" not in process.stdout.readline():
        assert process.poll() is None
    yield process
    process.kill()
    process.wait()


def test_a_killed_caller_takes_its_asterisk_along_and_its_directory_is_swept(
    caller: "subprocess.Popen[bytes]", program: Program
) -> None:
    left = enclosed_processes(caller.pid)
    assert len(left) == 2
    directory = directory_of(caller.pid)
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    wait_until(lambda: not any(is_alive(process) for process in left))
    with private_directory(program):
        assert directory.exists()
    long_ago = time.time() - STALE_SECONDS - 1
    os.utime(directory, (long_ago, long_ago))
    with private_directory(program):
        assert not directory.exists()


def directory_of(process: int) -> Path:
    """Return the directory that a process holds open."""
    links = [link.readlink() for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
    (directory,) = [path for path in links if path.name.startswith(PREFIX)]
    return directory


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_room_in_use_is_not_swept_however_old(program: Program) -> None:
    with private_directory(program) as directory:
        os.utime(directory.path, (0, 0))
        with private_directory(program):
            assert directory.path.exists()


def test_trials_run_side_by_side() -> None:
    good, bad = sealed(), BAD
    with ThreadPoolExecutor(4) as pool:
        trials = list(pool.map(lambda files: run_trial(files, expected_config(sealed()), BOTH), [good, bad, good, bad]))
    assert [bool(trial.problems) for trial in trials] == [False, True, False, True]


# May read, for a checkout that lies where only root may enter, and nothing else.
SOMEBODY = (
    *("setpriv", "--reuid", "60997", "--regid", "60997", "--clear-groups", "--no-new-privs"),
    *("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"),
    *("--bounding-set", "-all,+dac_read_search", "--"),
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_works_without_roots_powers() -> None:
    """As the worker's unit runs it: another user, no capability, no new privileges, a user namespace."""
    root = Path(__file__).resolve().parents[2]
    script = (
        "import django; django.setup()\n"
        "from asterisk_sync import throwaway\n"
        "from asterisk_sync.generations.expected import expected_config\n"
        "from tests.asterisk_sync.throwaway_sets import BOTH, sealed\n"
        "import os; assert os.geteuid() == 60997\n"
        "trial = throwaway.run_trial(sealed(), expected_config(sealed()), BOTH)\n"
        "print(trial.problems, trial.loaded['endpoint'])\n"
    )
    outcome = subprocess.run(
        [*SOMEBODY, sys.executable, "-c", script],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "voipadmin.settings", "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.stdout.strip().endswith("[] 3"), outcome.stderr
