"""What a reload of PJSIP costs as extensions become more, and the same with Asterisk's own way of reading its files."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import django

from deploy.trial.asterisk_tree import ensure_tree
from tests.bench.figure import Figure
from tests.bench.growth import exponent, sizes
from tests.bench.synthetic import FedAsterisk, offices, with_another_caller_id

django.setup()

# The renderer reads its templates from where the settings say.
from asterisk_sync.rendering import render_files  # noqa: E402 - see above
from asterisk_sync.snapshot.values import Snapshot  # noqa: E402 - see above

SIZES = sizes("BENCH_PJSIP_SIZES", "1000,2000,5000,10000,20000")
REFERENCE = 10_000
ROUNDS = 3
# Beyond this size one round has to do, and for the layout with templates beyond the second.
LARGEST_REPEATED, LARGEST_WITH_TEMPLATES = 10_000, 5_000


@dataclass(frozen=True)
class Costs:
    """Seconds of the first load, of a reload after a change, and of one without; processor time and memory."""

    first: float
    changed: float
    unchanged: float
    cpu: float
    memory: int


def measure() -> Iterator[Figure]:
    """Measure each size in both ways, one after the other."""
    ours = {size: _costs(size) for size in SIZES}
    default = {size: _costs(size, reads_by_default=True) for size in SIZES}
    small = [size for size in SIZES if size <= LARGEST_WITH_TEMPLATES]
    templates = {size: _costs(size, reads_by_default=True, layout=with_templates) for size in small}
    shown = max((size for size in SIZES if size <= REFERENCE), default=SIZES[0])
    yield Figure(
        name="pjsip_reload",
        value=round(ours[shown].changed, 2),
        unit=f"s after a change of one among {shown:,} extensions",
        yardstick=round(default[shown].changed, 2),
        yardstick_name="the same files, read as Asterisk does without sorcery.conf",
        wanted="< 5 s at 10,000",
        details={
            **_facts("ours", ours),
            **_facts("default", default),
            **_facts("template_for_each_customer", templates),
            "rounds": ROUNDS,
        },
    )


def _facts(name: str, found: Mapping[int, Costs]) -> dict[str, float | int | str]:
    facts: dict[str, float | int | str] = {}
    for size, costs in found.items():
        facts[f"{name}_{size}_changed_s"] = round(costs.changed, 2)
        facts[f"{name}_{size}_unchanged_s"] = round(costs.unchanged, 2)
        facts[f"{name}_{size}_first_s"] = round(costs.first, 2)
        facts[f"{name}_{size}_changed_cpu_s"] = round(costs.cpu, 2)
        facts[f"{name}_{size}_memory_mib"] = costs.memory
    facts[f"{name}_exponent"] = exponent({size: costs.changed for size, costs in found.items()})
    return facts


def _costs(
    size: int, *, reads_by_default: bool = False, layout: Callable[[Snapshot], dict[str, str]] | None = None
) -> Costs:
    files_of = layout or (lambda snapshot: render_files(snapshot, 1))
    snapshot = offices(size)
    rounds = ROUNDS if size <= LARGEST_REPEATED and not layout else 1
    with _running(reads_by_default=reads_by_default) as asterisk:
        asterisk.put(_of_pjsip(files_of(snapshot)))
        first, changed, unchanged, cpu = asterisk.reload(), [], [], []
        for number in range(rounds):
            asterisk.put(_of_pjsip(files_of(with_another_caller_id(snapshot, f"55114000{1000 + number}"))))
            before = asterisk.cpu_seconds
            changed.append(asterisk.reload())
            cpu.append(asterisk.cpu_seconds - before)
            unchanged.append(asterisk.reload())
        _check(asterisk, size)
        return Costs(first, median(changed), median(unchanged), median(cpu), asterisk.memory_mib)


@contextmanager
def _running(*, reads_by_default: bool) -> Iterator[FedAsterisk]:
    asterisk = FedAsterisk(ensure_tree(), f"bench-pjsip-{os.getpid()}", reads_by_default=reads_by_default)
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.remove()


def _of_pjsip(files: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.startswith("pjsip_")}


def _check(asterisk: FedAsterisk, size: int) -> None:
    """A reload that takes nothing in is fast too."""
    last = asterisk.cli("pjsip show endpoints").rstrip().rpartition("\n")[2]
    if last != f"Objects found: {size}":
        raise RuntimeError(f"not {size} endpoints are live: {last}")


def with_templates(snapshot: Snapshot) -> dict[str, str]:
    """Return the extensions as one writes them by hand: a template for what a customer's extensions share."""
    parts = ["[phone](!)\ntype=endpoint\ndirect_media=no\nrtp_symmetric=yes\n\n[login](!)\ntype=auth\n\n"]
    for customer in snapshot.customers:
        parts.append(f"[of-{customer.code}](!,phone)\naccountcode={customer.code}\nallow=alaw,ulaw\n\n")
        parts += [
            f"[{line.username}](of-{customer.code})\nauth={line.username}\naors={line.username}\n"
            f"callerid=<{line.caller_id_number or line.number}>\n\n"
            f"[{line.username}](login)\nusername={line.username}\npassword={line.secret}\n\n"
            f"[{line.username}]\ntype=aor\nmax_contacts=1\nqualify_frequency=60\n\n"
            for line in customer.extensions
        ]
    return {"pjsip_extensions.conf": "".join(parts)}
