"""How each fault is done, for real: processes are killed and stopped, disks filled, clocks moved, files edited.

Each takes the installation and the process that stands at a step; it breaks, yields, and ends the fault.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.installation import Installation

RELOAD = b"Action: Reload"
HOURS = 3.0


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
    site.set_clocks(HOURS)
    yield


@contextmanager
def clock_back(site: Installation, _pid: int) -> Iterator[None]:
    site.set_clocks(-HOURS)
    yield


@contextmanager
def node_clock_forward(site: Installation, _pid: int) -> Iterator[None]:
    site.clock.move(HOURS)
    yield


@contextmanager
def node_clock_back(site: Installation, _pid: int) -> Iterator[None]:
    site.clock.move(-HOURS)
    yield


@contextmanager
def clock_there_and_back(site: Installation, _pid: int) -> Iterator[None]:
    """The node is away meanwhile, so that the next try is noted for a moment that is hours off."""
    site.set_clocks(HOURS)
    site.proxy.close()
    try:
        yield
    finally:
        site.set_clocks(0)
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
