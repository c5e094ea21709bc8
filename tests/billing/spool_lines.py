"""Lines of a spool as Asterisk writes them, for the tests."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.lab.records import COLUMNS

_numbers = count()
START = 1_795_437_885


def spool_line(**values: Any) -> bytes:
    """Return one line with its end: an answered outgoing call of 60 s, unless the columns say otherwise."""
    number = next(_numbers)
    columns = {
        "version": "2",
        "uniqueid": f"pbx1-{START}.{number}",
        "sequence": number,
        "src": "1001",
        "dst": "5511987654321",
        "clid": '"Desk" <1001>',
        "dcontext": "from-internal",
        "channel": f"PJSIP/ACME-{number:08x}",
        "dstchannel": f"PJSIP/GW_Vivo-{number:08x}",
        "lastapp": "Dial",
        "start": f"{START}.004490",
        "answer": f"{START + 5}.104490",
        "end": f"{START + 65}.104490",
        "duration": "65.100000",
        "billsec": "60.000000",
        "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION",
        "va_direction": "outbound",
        **values,
    }
    columns.setdefault("linkedid", columns["uniqueid"])
    quoted = (str(columns.get(name, "")).replace('"', '""') for name in COLUMNS)
    return (",".join(f'"{value}"' for value in quoted) + "\n").encode()


def failed(**values: Any) -> bytes:
    """Return a line of an attempt that nobody answered."""
    times = {"answer": "0.000000", "end": f"{START + 3}.000000", "duration": "2.995510", "billsec": "0.000000"}
    return spool_line(**{**times, "disposition": "CONGESTION", **values})


@dataclass
class PlainLine:
    """A line of Asterisk's own Master.csv, with the columns that the operator switched on."""

    extra: list[str] = field(default_factory=list)
    start: str = "2026-11-23 09:44:45"
    answer: str = "2026-11-23 09:44:50"
    end: str = "2026-11-23 09:45:50"
    disposition: str = "ANSWERED"

    def __bytes__(self) -> bytes:
        quoted = ["ACME", "1001", "5511987654321", "from-internal", '""Desk"" <1001>', "PJSIP/ACME-00000001",
                  "PJSIP/GW_Vivo-00000002", "Dial", "PJSIP/5511987654321@GW_Vivo", self.start, self.answer,
                  self.end]  # fmt: skip
        rest = ["65", "60", f'"{self.disposition}"', '"DOCUMENTATION"', *self.extra]
        return (",".join([f'"{value}"' for value in quoted] + rest) + "\n").encode()
