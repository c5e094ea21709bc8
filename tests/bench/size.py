"""How big the measured node is, and where its parties are."""

import os
from dataclasses import asdict, dataclass

from deploy.trial.traffic.sipp import Address

NETWORK = "127.91.0"
CUSTOMERS = tuple(Address(f"{NETWORK}.{10 + n}") for n in range(4))
CARRIER = Address(f"{NETWORK}.9", 5090)
NUMBER = "01140001234"


@dataclass(frozen=True)
class Size:
    """How many objects of each kind; the first gateway and the first trunk customers are real parties of calls."""

    extensions: int = 1000
    numbers: int = 1000
    routes: int = 100
    gateways: int = 1
    trunks: int = len(CUSTOMERS)

    @property
    def objects(self) -> int:
        """How many objects there are in all."""
        return sum(asdict(self).values())

    def share(self, part: int, of: int) -> "Size":
        """Return a node that is `part` `of`-ths of this one."""
        return Size(
            self.extensions * part // of,
            self.numbers * part // of,
            max(2, self.routes * part // of),
            max(1, self.gateways * part // of),
            max(len(CUSTOMERS), self.trunks * part // of),
        )

    def facts(self) -> dict[str, int]:
        """Return the numbers, for the details of a figure."""
        return asdict(self)


def _from_environment(name: str, default: int) -> int:
    return int(os.environ.get(f"BENCH_{name}", default))


_EXTENSIONS = _from_environment("EXTENSIONS", 10_000)
_NUMBERS = _from_environment("NUMBERS", 50_000)

SMALL = Size()
LARGE = Size(extensions=_EXTENSIONS, numbers=_NUMBERS, routes=200, gateways=20, trunks=200)
# One node at its limit.
LIMIT = Size(
    extensions=_EXTENSIONS,
    numbers=_NUMBERS,
    routes=_from_environment("ROUTES", 2_000),
    gateways=_from_environment("GATEWAYS", 500),
    trunks=_from_environment("TRUNKS", 2_000),
)
EXTENSIONS, NUMBERS, ROUTES = SMALL.extensions, SMALL.numbers, SMALL.routes
