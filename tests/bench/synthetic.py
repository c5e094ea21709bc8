"""Snapshots of any size for measurements that need no database, and an Asterisk that takes files without a worker."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from asterisk_sync.generations.includes import SORCERY_FILE, include_line
from asterisk_sync.snapshot.values import CustomerSnapshot, DIDSnapshot, ExtensionSnapshot, Snapshot
from deploy.trial.asterisk import AsteriskInstance
from tests.ami import ami_session
from tests.bench.growth import cpu_seconds, memory_mib
from tests.core.numbers.plans import BRAZIL

RELOAD_SECONDS = 600
IN_AN_OFFICE = 50
ONE_PREFIX, EVERYWHERE = 551_130_000_000, 551_100_000_000
# Spreads user names as the random ones of an installation are, the same ones each time.
MULTIPLIER = 2_654_435_761


def uuid_of(number: int) -> UUID:
    """Return the id with that number."""
    return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number)


def offices(extensions: int) -> Snapshot:
    """Return a snapshot with that many extensions, fifty to a customer."""
    customers = range(-(-extensions // IN_AN_OFFICE))
    return Snapshot(BRAZIL, tuple(_office(n, min(IN_AN_OFFICE, extensions - n * IN_AN_OFFICE)) for n in customers))


def _office(number: int, extensions: int) -> CustomerSnapshot:
    lines = tuple(_extension(number * IN_AN_OFFICE + place, str(1000 + place)) for place in range(extensions))
    return CustomerSnapshot(uuid_of(number), f"OFFICE{number}", "extension", True, 30, 10, "", extensions=lines)


def _extension(number: int, digits: str) -> ExtensionSnapshot:
    return ExtensionSnapshot(
        id=uuid_of(1_000_000 + number), number=digits, username=f"u{number * MULTIPLIER % 2**60:015x}",
        secret=f"{number * MULTIPLIER:032x}", caller_id_name="", caller_id_number="", codecs=("alaw", "ulaw"),
        max_contacts=1, forward_to="", enabled=True,
    )  # fmt: skip


def with_another_caller_id(snapshot: Snapshot, number: str) -> Snapshot:
    """Return the snapshot with one extension changed."""
    first, *others = snapshot.customers
    extension, *rest = first.extensions
    changed = replace(first, extensions=(replace(extension, caller_id_number=number), *rest))
    return replace(snapshot, customers=(changed, *others))


def numbers(count: int, *, one_prefix: bool) -> Snapshot:
    """Return a snapshot with that many DIDs: one after the other, or spread over all area codes."""
    first, apart = (ONE_PREFIX, 1) if one_prefix else (EVERYWHERE, 8_900_000_000 // count)
    dids = tuple(
        DIDSnapshot(uuid_of(n), str(first + n * apart), "", "OFFICE0", "forward", forward_to="551140001000")
        for n in range(count)
    )
    return Snapshot(BRAZIL, (_office(0, 1),), dids=dids)


@dataclass
class FedAsterisk(AsteriskInstance):
    """An Asterisk into whose generation 0 files are put; `reads_by_default`: without our sorcery.conf."""

    reads_by_default: bool = False
    _time_of_change: float = field(default_factory=time.time, init=False)

    def prepare(self) -> None:
        """Write the base files, without sorcery.conf where Asterisk should read as it does by itself."""
        super().prepare()
        if self.reads_by_default:
            (self.config_dir / SORCERY_FILE).unlink()
            with (self.config_dir / "pjsip.conf").open("a") as file:
                file.write(include_line("pjsip_extensions.conf") + "\n")

    def put(self, files: Mapping[str, str]) -> None:
        """Write those of the files that differ; the time of change is new in whole seconds, as Asterisk compares it."""
        self._time_of_change += 2
        for name, text in files.items():
            path = self.config_dir / "voipadmin" / "gen-0" / name
            if path.read_text() != text:
                path.write_text(text)
                os.utime(path, (self._time_of_change, self._time_of_change))

    def reload(self, module: str = "res_pjsip.so") -> float:
        """Return how many seconds a reload took."""
        with ami_session(*self.ami) as client:
            began = time.perf_counter()
            client.request("Reload", Module=module, timeout=RELOAD_SECONDS)
            return time.perf_counter() - began

    @property
    def ami(self) -> tuple[str, int, str, str]:
        """Host, port, user and secret of AMI."""
        return self.ami_address, self.ami_port, "voipadmin", self.config.ami_secret

    @property
    def memory_mib(self) -> int:
        """Its resident memory."""
        return memory_mib(self._pid)

    @property
    def cpu_seconds(self) -> float:
        """The processor time that it has used."""
        return cpu_seconds(self._pid)

    @property
    def _pid(self) -> int:
        if self.child is None:
            raise RuntimeError("it does not run")
        return self.child.popen.pid
