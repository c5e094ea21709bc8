"""Children of the demo: waited for while they work, and gone with all below them."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.trial.process import Child, StartError, die_with_parent, start_child

pytestmark = pytest.mark.slow(seconds=1)

SPAWN = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


def _start(tmp_path: Path, program: str, *arguments: str) -> Child:
    argv = [sys.executable, "-c", program, *arguments]
    return start_child(argv, name="the program", log=tmp_path / "log")


def _is_there(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def _wait(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _read(path: Path) -> int:
    _wait(lambda: path.exists() and path.read_text() != "")
    return int(path.read_text())


def test_a_program_that_works_is_waited_for_longer_than_it_may_be_silent(tmp_path: Path) -> None:
    done = tmp_path / "done"
    program = "import sys, time\nfor _ in range(25): print('.', flush=True); time.sleep(0.1)\nopen(sys.argv[1], 'w')\n"
    child = _start(tmp_path, program + "time.sleep(600)", str(done))
    try:
        child.wait_until(done.exists, seconds=1.5)
    finally:
        child.kill()


def test_a_program_whose_child_computes_is_waited_for_too(tmp_path: Path) -> None:
    done = tmp_path / "done"
    work = "import time; end = time.process_time() + 4\nwhile time.process_time() < end: pass"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], start_new_session=True)\n"
    child = _start(tmp_path, program + "open(sys.argv[1], 'w'); import time; time.sleep(600)", str(done))
    try:
        child.wait_until(done.exists, seconds=2.5)
    finally:
        child.kill()


def test_a_program_that_does_nothing_is_given_up_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    child = _start(tmp_path, SPAWN, str(tmp_path / "pid"))
    pid = _read(tmp_path / "pid")
    with pytest.raises(StartError, match="was not ready"):
        child.wait_until(lambda: False, seconds=0.3)
    _wait(lambda: not _is_there(pid))


def test_a_program_that_works_without_end_is_given_up_as_well(tmp_path: Path) -> None:
    child = _start(tmp_path, "while True: pass")
    with pytest.raises(StartError, match="was not ready"):
        child.wait_until(lambda: False, seconds=0.2)
    assert not child.alive


def test_a_killed_program_takes_along_what_has_a_session_of_its_own(tmp_path: Path) -> None:
    child = _start(tmp_path, SPAWN, str(tmp_path / "pid"))
    pid = _read(tmp_path / "pid")
    child.kill()
    _wait(lambda: not _is_there(pid))


def test_what_a_dead_child_left_behind_is_found_and_ended(tmp_path: Path) -> None:
    program = (
        "import os, subprocess, sys, time\n"
        "from deploy.trial.process import adopt_orphans, kill_descendants\n"
        "adopt_orphans()\n"
        "middle = subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2]])\n"
        "while not (os.path.exists(sys.argv[2]) and open(sys.argv[2]).read()): time.sleep(0.02)\n"
        "middle.kill(); middle.wait(); kill_descendants(os.getpid())\n"
    )
    pid_file = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", program, SPAWN, str(pid_file)], check=True, timeout=60)
    assert not _is_there(_read(pid_file))


def test_a_stopped_program_gets_its_own_signal_first(tmp_path: Path) -> None:
    said = tmp_path / "said"
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (open(sys.argv[1], 'w').write('bye'), sys.exit()))\n"
        "open(sys.argv[2], 'w').write('1'); time.sleep(600)"
    )
    child = _start(tmp_path, program, str(said), str(tmp_path / "up"))
    _read(tmp_path / "up")
    child.stop()
    assert said.read_text() == "bye"
    assert not child.alive


def test_what_is_started_while_its_parent_dies_does_not_run(tmp_path: Path) -> None:
    made = tmp_path / "made"
    # Another process asks in the name of one that is gone.
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    prefix = [*die_with_parent(signal.SIGTERM)[:-1], gone.stdout.decode().strip()]
    assert subprocess.run([*prefix, "touch", str(made)], check=False).returncode != 0
    assert not made.exists()
    subprocess.run([*die_with_parent(signal.SIGTERM), "touch", str(made)], check=True)
    assert made.exists()


def test_a_signal_that_is_ignored_above_ends_what_is_started_all_the_same(tmp_path: Path) -> None:
    up = tmp_path / "up"
    parent = (
        "import signal, subprocess, sys, time\n"
        "from deploy.trial.process import die_with_parent\n"
        "shell = ['sh', '-c', 'echo $$ > \"$0\"; exec sleep 600', sys.argv[1]]\n"
        "subprocess.Popen([*die_with_parent(signal.SIGINT), *shell])\n"
        "time.sleep(600)"
    )
    ignoring = ["sh", "-c", 'trap \'\' INT; exec "$0" "$@"']
    root = Path(__file__).parents[2]
    with subprocess.Popen([*ignoring, sys.executable, "-c", parent, str(up)], cwd=root) as running:
        pid = _read(up)
        running.kill()
    _wait(lambda: not _is_there(pid))
