"""systemd is told that the authorizer is alive, where it asks to be told."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from asterisk_sync.authorizer import watchdog
from asterisk_sync.authorizer.watchdog import tell_systemd
from tests.asterisk_sync.processes import run_script
from tests.event_loops import run_apart

pytestmark = pytest.mark.slow(seconds=2)


def test_it_is_told_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "EVERY_SECONDS", 0.01)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        async def work() -> list[bytes]:
            telling = asyncio.ensure_future(tell_systemd())
            heard = [await asyncio.to_thread(listener.recv, 100) for _ in range(3)]
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            return heard

        assert run_apart(work()) == [b"WATCHDOG=1"] * 3


HANGS = """
import asyncio, time
from asterisk_sync.authorizer import watchdog

watchdog.TICK_SECONDS = {tick}

async def work():
    watchdog.end_when_loop_hangs(asyncio.get_running_loop())
    await asyncio.sleep({lives})
    time.sleep({hangs})

asyncio.run(work())
"""


def test_a_service_whose_loop_hangs_ends_by_itself() -> None:
    ended = run_script(HANGS.format(tick=0.05, lives=1, hangs=300))
    assert ended.returncode == watchdog.HUNG, ended.stderr
    assert "event_loop_hangs" in ended.stdout + ended.stderr


def test_one_that_only_pauses_goes_on() -> None:
    ended = run_script(HANGS.format(tick=1, lives=0.1, hangs=2))
    assert ended.returncode == 0, ended.stderr


def test_nobody_is_told_where_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    run_apart(tell_systemd())
