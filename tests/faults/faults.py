"""The fault list: what breaks, at which steps of the pipeline, and how it ends."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum

from tests.faults.clock import Clock
from tests.faults.disk import SmallDisk
from tests.faults.installation import Installation
from tests.faults.steps import EVERY_STEP, IDLE

Inject = Callable[[Installation, int], AbstractContextManager[None]]
RELOAD = b"Action: Reload"
HOURS = 3.0


class Saves(Enum):
    """Whether people save while it is broken; a save that comes later would heal what a fault left behind."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True)
class Fault:
    """One line of the list. `seconds` is how long it lasts after the stopped worker goes on."""

    name: str
    title: str
    inject: Inject
    steps: tuple[str, ...]
    seconds: float = 0.0
    saves: Saves = Saves.SOMETIMES
    # The broker is away: the form is sent meanwhile, and must be answered within a second.
    broker: bool = False
    ends_asterisk: bool = False
    # The fault itself puts foreign files on the live path.
    edits_files: bool = False
    most_runs: int = 1000
    possible: Callable[[], bool] = lambda: True


@contextmanager
def worker_killed(site: Installation, _pid: int) -> Iterator[None]:
    site.workers[0].kill()
    yield


@contextmanager
def pool_process_killed(_site: Installation, pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGKILL)
    yield


@contextmanager
def redis_killed(site: Installation, _pid: int) -> Iterator[None]:
    assert site.engines.valkey.child is not None
    site.engines.valkey.child.kill()
    try:
        yield
    finally:
        site.engines.valkey.start()


@contextmanager
def redis_restarted(site: Installation, _pid: int) -> Iterator[None]:
    site.engines.valkey.stop()
    site.engines.valkey.start()
    yield


@contextmanager
def redis_flushed(site: Installation, _pid: int) -> Iterator[None]:
    with site.engines.redis() as redis:
        redis.flushall()
        yield
        redis.flushall()


@contextmanager
def redis_full(site: Installation, _pid: int) -> Iterator[None]:
    with site.engines.redis() as redis:
        redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        with site.engines.redis() as redis:
            redis.config_set("maxmemory", 0)


@contextmanager
def redis_hung(site: Installation, _pid: int) -> Iterator[None]:
    assert site.engines.valkey.child is not None
    with _stopped(site.engines.valkey.child.popen.pid):
        yield


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def postgres_restarted(site: Installation, _pid: int) -> Iterator[None]:
    site.engines.postgres.stop()
    site.engines.postgres.start()
    yield


@contextmanager
def postgres_killed(site: Installation, _pid: int) -> Iterator[None]:
    assert site.engines.postgres.child is not None
    site.engines.postgres.child.kill()
    try:
        yield
    finally:
        site.engines.postgres.start()


@contextmanager
def asterisk_killed(site: Installation, _pid: int) -> Iterator[None]:
    site.asterisk.kill()
    try:
        yield
    finally:
        site.asterisk.start()


@contextmanager
def asterisk_restarted(site: Installation, _pid: int) -> Iterator[None]:
    site.asterisk.stop()
    site.asterisk.start()
    yield


@contextmanager
def asterisk_hung(site: Installation, _pid: int) -> Iterator[None]:
    assert site.asterisk.child is not None
    with _stopped(site.asterisk.child.popen.pid):
        yield


@contextmanager
def ami_closed(site: Installation, _pid: int) -> Iterator[None]:
    site.proxy.close()
    try:
        yield
    finally:
        site.proxy.reopen()


@contextmanager
def ami_cut_in_the_reload(site: Installation, _pid: int) -> Iterator[None]:
    site.proxy.close_after(RELOAD)
    try:
        yield
    finally:
        site.proxy.reopen()


@contextmanager
def ami_stalled(site: Installation, _pid: int) -> Iterator[None]:
    site.proxy.stall()
    try:
        yield
    finally:
        site.proxy.reopen()


@contextmanager
def disk_full(site: Installation, _pid: int) -> Iterator[None]:
    site.disk.fill()
    assert site.disk.free_bytes() == 0
    try:
        yield
    finally:
        site.disk.clear()


@contextmanager
def file_edited(site: Installation, _pid: int) -> Iterator[None]:
    """Somebody takes the routes out of the live file, and has Asterisk read it."""
    live = site.current.resolve() / "extensions_routes.conf"
    live.write_text("[by-hand]\nexten => 4711,1,Hangup()\n")
    site.asterisk.cli("dialplan reload")
    yield


@contextmanager
def file_deleted(site: Installation, _pid: int) -> Iterator[None]:
    (site.current.resolve() / "pjsip_extensions.conf").unlink()
    site.asterisk.cli("module reload res_pjsip.so")
    yield


@contextmanager
def link_moved(site: Installation, _pid: int) -> Iterator[None]:
    """Somebody points the link at the oldest set that is still there, and has Asterisk read that."""
    folders = sorted(site.current.parent.glob("gen-*"), key=lambda path: path.stat().st_mtime_ns)
    draft = site.current.with_name("by-hand")
    draft.symlink_to(folders[0].name)
    draft.rename(site.current)
    for path in site.current.glob("*.conf"):
        os.utime(path)
    site.asterisk.cli("module reload res_pjsip.so")
    site.asterisk.cli("dialplan reload")
    yield


@contextmanager
def clock_forward(site: Installation, _pid: int) -> Iterator[None]:
    site.clock.move(HOURS)
    yield


@contextmanager
def clock_back(site: Installation, _pid: int) -> Iterator[None]:
    site.clock.move(-HOURS)
    yield


@contextmanager
def clock_there_and_back(site: Installation, _pid: int) -> Iterator[None]:
    """The node is away meanwhile, so that the next try is noted for a moment that is hours off."""
    site.clock.move(HOURS)
    site.proxy.close()
    try:
        yield
    finally:
        site.clock.move(0)
        site.proxy.reopen()


@contextmanager
def four_workers(site: Installation, _pid: int) -> Iterator[None]:
    more = [site.add_worker() for _ in range(3)]
    try:
        yield
        time.sleep(1)
    finally:
        for worker in more:
            site.remove_worker(worker)


AROUND_ASTERISK = ("connect", "write", "switch", "switched", "reload", "verify", "record")
WRITING = ("write", "switch", "switched", "reload", "verify")
FAULTS = (
    Fault("worker-killed", "worker killed with all its processes", worker_killed, (IDLE, *EVERY_STEP)),
    Fault("pool-killed", "the process of the worker that does the run killed", pool_process_killed, EVERY_STEP),
    Fault("redis-killed", "Redis killed, away for 3 s", redis_killed, (IDLE, *EVERY_STEP), seconds=3, broker=True),
    Fault("redis-restarted", "Redis restarted, empty", redis_restarted, (IDLE, "lock", "render", "verify", "recorded")),
    Fault("redis-flushed", "Redis flushed", redis_flushed, (IDLE, "lock", "switched", "record", "recorded")),
    Fault("redis-full", "Redis full (noeviction) for 3 s", redis_full, (IDLE, "lock", "reload", "recorded"), seconds=3,
          broker=True),
    Fault("redis-hung", "Redis stopped with SIGSTOP for 3 s", redis_hung, (IDLE, "lock", "reload", "recorded"),
          seconds=3, broker=True),
    Fault("postgres-restarted", "PostgreSQL restarted", postgres_restarted, (IDLE, *EVERY_STEP)),
    Fault("postgres-killed", "PostgreSQL killed, away for 2 s", postgres_killed, (IDLE, *EVERY_STEP), seconds=2),
    Fault("asterisk-restarted", "Asterisk restarted", asterisk_restarted, (IDLE, "lock", *AROUND_ASTERISK),
          ends_asterisk=True),
    Fault("asterisk-killed", "Asterisk killed, away for 3 s", asterisk_killed, (IDLE, "lock", *AROUND_ASTERISK),
          seconds=3, ends_asterisk=True),
    Fault("asterisk-hung", "Asterisk stopped with SIGSTOP for 5 s", asterisk_hung, (IDLE, *AROUND_ASTERISK), seconds=5),
    Fault("asterisk-hung-long", "Asterisk stopped with SIGSTOP for 75 s", asterisk_hung, ("switched", "reload"),
          seconds=75, most_runs=1),
    Fault("ami-away", "AMI cut, away for 3 s", ami_closed, (IDLE, *AROUND_ASTERISK), seconds=3),
    Fault("ami-cut-in-reload", "AMI cut right after the reload was asked for, away for 3 s", ami_cut_in_the_reload,
          ("connect", "switch"), seconds=3),
    Fault("ami-stalled", "AMI silent for 15 s", ami_stalled, ("connect", "reload", "verify"), seconds=15),
    Fault("ami-away-long", "AMI away for 75 s", ami_closed, (IDLE,), seconds=75, saves=Saves.ALWAYS, most_runs=1),
    Fault("disk-full", "disk of the node full for 3 s", disk_full, (IDLE, "lock", *WRITING, "record"), seconds=3,
          saves=Saves.ALWAYS, possible=SmallDisk.possible),
    Fault("file-edited", "a live file edited by hand and loaded", file_edited, (IDLE, "lock", *WRITING, "recorded"),
          saves=Saves.NEVER, edits_files=True),
    Fault("file-deleted", "a live file deleted and that loaded", file_deleted, (IDLE, "lock", *WRITING, "recorded"),
          saves=Saves.NEVER, edits_files=True),
    Fault("link-moved", "the link pointed at another set and that loaded", link_moved,
          (IDLE, "lock", *WRITING, "recorded"), saves=Saves.NEVER, edits_files=True),
    Fault("two-writers", "three more workers start and want to write", four_workers,
          (IDLE, "lock", "render", *WRITING, "record"), saves=Saves.ALWAYS),
    Fault("clock-forward", "clock moved 3 h forward", clock_forward, (IDLE, *EVERY_STEP), possible=Clock.possible),
    Fault("clock-back", "clock moved 3 h back", clock_back, (IDLE, *EVERY_STEP), possible=Clock.possible),
    Fault("clock-there-and-back", "clock 3 h ahead while AMI is away for 5 s, then right again", clock_there_and_back,
          (IDLE, "connect", "reload"), seconds=5, saves=Saves.ALWAYS, possible=Clock.possible),
)  # fmt: skip
