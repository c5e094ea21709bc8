"""The call records that an Asterisk wrote, by column name."""

import csv
import time
from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "version", "uniqueid", "linkedid", "sequence", "src", "dst", "clid", "dcontext", "channel", "dstchannel", "lastapp",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "accountcode", "userfield",
    "va_customer", "va_direction", "va_route", "va_gateway", "va_did", "va_dialled", "va_attempt", "va_dialstatus",
    "va_cause", "va_sipcode", "va_pdd", "va_caller", "va_kind",
)  # fmt: skip


@dataclass
class CdrReader:
    """Reads the records that were written since it was made."""

    path: Path
    offset: int = 0

    def skip(self) -> None:
        """Forget what is there already."""
        self.offset = self.path.stat().st_size if self.path.exists() else 0

    def records(self) -> list[dict[str, str]]:
        """Return the records since the last `skip()`."""
        if not self.path.exists():
            return []
        with self.path.open(newline="") as file:
            file.seek(self.offset)
            return [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(file)]

    def wait(self, count: int = 1, seconds: float = 10.0) -> list[dict[str, str]]:
        """Return the records as soon as there are `count` of them."""
        deadline = time.monotonic() + seconds
        while len(found := self.records()) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} records after {seconds:.0f} s, expected {count}: {found}")
            time.sleep(0.05)
        return found
