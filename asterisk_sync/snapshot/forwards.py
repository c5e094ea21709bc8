"""Where a telephone forwards to: a local number is one of the telephone's own area, whoever calls. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from asterisk_sync.snapshot.values import ExtensionSnapshot
from voipadmin.core.numbers.plan import DIALLED, NumberingPlan
from voipadmin.core.numbers.reading import read_number


def with_whole_forwards(
    extensions: Iterable[ExtensionSnapshot], customer_area: str, plan: NumberingPlan
) -> tuple[ExtensionSnapshot, ...]:
    """Return a customer's extensions, with the area in the local numbers that they forward to.

    The dialplan reads a forward as a call of whoever calls: its area would complete the number else.
    """
    found = tuple(extensions)
    colleagues = {extension.number for extension in found}
    return tuple(
        extension
        if not extension.forward_to or extension.forward_to in colleagues
        else replace(extension, forward_to=_whole(extension.forward_to, extension.home_area or customer_area, plan))
        for extension in found
    )


def _whole(number: str, area: str, plan: NumberingPlan) -> str:
    """Return a local number with its area, as E.164; any other, and one without an area, as it is."""
    rule = plan.rule_for(DIALLED, number)
    if rule is None or not rule.completes_area:
        return number
    return read_number(number, plan, home_area=area).e164 or number
