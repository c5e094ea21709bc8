"""The same as `save_to_live` at a node of 10,000 extensions and 50,000 numbers."""

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.save_to_live import figure
from tests.bench.size import LARGE


def measure() -> Iterator[Figure]:
    """Measure at a large node; a number's or a route's save is wanted under 2 s, an extension's under 5 s."""
    yield figure("save_to_live_large", LARGE, "number and route < 2 s, extension < 5 s")
