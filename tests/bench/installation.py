"""A change on one node of ten, with the whole installation in the database, beside the same node's share alone."""

import os
from collections.abc import Iterator
from itertools import islice
from statistics import median

from tests.bench.figure import Figure
from tests.bench.lab import BenchNode, populated_node
from tests.bench.size import Size

NODES = int(os.environ.get("BENCH_INSTALLATION_NODES", "10"))
EXTENSIONS = int(os.environ.get("BENCH_INSTALLATION_EXTENSIONS", "100000"))
SHARE = EXTENSIONS // NODES
CHANGES = 6


def measure() -> Iterator[Figure]:
    """Measure one node, add the nine others with all that lives on them, and measure the first one again."""
    with populated_node(Size(extensions=SHARE, numbers=SHARE)) as bench:
        bench.synchronise()
        alone = _changes(bench)
        others = _add_others(bench)
        everything = bench.synchronise()
        _check_share(bench)
        within = _changes(bench)
        woken = _woken(others)
    yield Figure(
        name="installation",
        value=within["total"],
        unit=f"ms for a change on one node of {NODES}, {EXTENSIONS:,} extensions in the database",
        yardstick=alone["total"],
        yardstick_name=f"ms for the same with the {SHARE:,} extensions of this node alone",
        wanted="ratio near 1",
        details={
            "nodes": NODES,
            "extensions": EXTENSIONS,
            "numbers": EXTENSIONS,
            "other_nodes_woken": woken,
            "snapshot_of_one_node_first_ms": everything["snapshot"],
            **{f"{step}_ms": milliseconds for step, milliseconds in within.items()},
            **{f"alone_{step}_ms": milliseconds for step, milliseconds in alone.items()},
        },
    )


def _changes(bench: BenchNode) -> dict[str, int]:
    """Change a number and an extension of the node in turn; return the median milliseconds of each step."""
    from tests.bench.saves import saves  # noqa: PLC0415 - only now Django is set up

    runs = []
    for _, save in islice(((kind, save) for kind, save in saves() if kind != "route"), CHANGES):
        save()
        runs.append(bench.synchronise())
    return {step: round(median(run.get(step, 0) for run in runs)) for step in runs[-1]}


def _add_others(bench: BenchNode) -> dict[str, int]:
    """Make the other nodes and what lives on them; return the generations that they want."""
    from asterisk_sync.changes.services import request_sync  # noqa: PLC0415 - see above
    from asterisk_sync.models import Node, Placement  # noqa: PLC0415 - only now Django is set up
    from customers.models import Customer  # noqa: PLC0415 - see above
    from routing.models import Gateway  # noqa: PLC0415 - see above
    from tests.bench.population import BATCH, IN_AN_OFFICE, add_extensions, add_numbers, make_node  # noqa: PLC0415

    first = Node.objects.get(pk=bench.node_id)
    gateway = Gateway.objects.select_related("provider").get(name="GW_Bench")
    placements = [
        Placement(node=first, customer=office) for office in Customer.objects.filter(code__startswith="OFFICE")
    ]
    for number in range(1, NODES):
        node = make_node(bench.asterisk, f"bench-{number}")
        extensions = add_extensions(SHARE, first_office=number * SHARE // IN_AN_OFFICE)
        add_numbers(SHARE, extensions, gateway, first=number * SHARE)
        offices = {extension.customer_id: extension.customer for extension in extensions}
        placements += [Placement(node=node, customer=office) for office in offices.values()]
    Placement.objects.bulk_create(placements, batch_size=BATCH)
    request_sync(node=first)
    return _wanted()


def _check_share(bench: BenchNode) -> None:
    """The node has to run its own extensions and no others."""
    from asterisk_sync.models import Generation  # noqa: PLC0415 - only now Django is set up

    counts = Generation.objects.filter(node=bench.node_id).order_by("-number")[0].object_counts
    if counts["extensions"] != SHARE:
        raise RuntimeError(f"the node runs {counts['extensions']} extensions rather than {SHARE}")


def _wanted() -> dict[str, int]:
    from asterisk_sync.models import Node  # noqa: PLC0415 - only now Django is set up

    return dict(Node.objects.exclude(name="bench").values_list("name", "desired_generation"))


def _woken(before: dict[str, int]) -> int:
    """Return how many of the other nodes were told of changes that are not theirs."""
    return sum(1 for name, generation in _wanted().items() if generation != before[name])
