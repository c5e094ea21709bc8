"""systemd is told that the authorizer is alive, where it asks to be told."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from asterisk_sync.authorizer import watchdog
from asterisk_sync.authorizer.watchdog import tell_systemd
from tests.event_loops import run_apart


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


def test_nobody_is_told_where_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    run_apart(tell_systemd())
