"""The same as `save_to_live` at a node that is at its limit in every kind of object."""

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.save_to_live import figure
from tests.bench.size import LIMIT


def measure() -> Iterator[Figure]:
    """Measure at a node with 2,000 trunk customers, 2,000 routes and 500 gateways besides its extensions."""
    yield figure("save_to_live_at_the_limit", LIMIT, "number and route < 2 s")
