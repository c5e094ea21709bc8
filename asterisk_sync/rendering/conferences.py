"""The dialplan of conferences: what is common to all, and for each customer that has one how its calls go out."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from asterisk_sync.rendering.engine import Values, fragment
from asterisk_sync.rendering.pjsip import entry_context
from asterisk_sync.rendering.route_plan import RoutePlan
from asterisk_sync.snapshot.values import CustomerSnapshot


def conference_context(code: str) -> str:
    """Return the context in which the calls of a customer's conferences begin."""
    return f"va-conference-of-{code}"


def conference_texts(customers: Sequence[CustomerSnapshot], plan: RoutePlan) -> Iterable[str]:
    """Yield the common contexts and one for each customer that has conferences; nothing where none has."""
    conferring = [customer for customer in customers if customer.has_conferences]
    if conferring:
        yield _of_all_conferences()
    for customer in conferring:
        # A fragment is kept by its arguments: without the extensions a change of one of them renders nothing anew.
        alone = replace(customer, extensions=(), addresses=())
        yield _conference(alone, entry_context(customer, plan), plan.search_path_of(customer.code).label)


@fragment("extensions_routes/conferences.conf")
def _of_all_conferences() -> Values:
    return {}


@fragment("extensions_routes/conference.conf")
def _conference(customer: CustomerSnapshot, entry: str, path_label: str) -> Values:
    return {
        "context": conference_context(customer.code),
        "id": customer.id,
        "code": customer.code,
        "channel_limit": customer.channel_limit,
        "calls_per_second": customer.calls_per_second,
        "entry": entry,
        "path_label": path_label,
        "home_area": customer.home_area,
    }
