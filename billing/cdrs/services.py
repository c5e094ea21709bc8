"""Writes of call records: records without a price are priced, rejected lines are imported again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.accounts.call_charges import charge_calls
from billing.cdrs.files.call_files import CallFile, is_record
from billing.cdrs.files.spool_import import ImportSummary, SpoolImporter
from billing.cdrs.lines.plain_format import HeadedLayout
from billing.cdrs.lines.table_headings import headings_hash
from billing.cdrs.records.rejected import report_rejected
from billing.models import Cdr, CdrLayout, Direction, Disposition, RejectedRecord
from billing.rating.called_numbers import endpoint_of, number_called, origin_of_record
from billing.rating.calls import CallFacts, PricedCall, ProviderCost, price_call
from billing.rating.price_book import PriceBook
from billing.tariffs.loader import load_tariffs
from customers.queries import extension_areas
from voipadmin.core.errors import DomainError
from voipadmin.core.jobs.running import report_progress
from voipadmin.core.numbering_plan.queries import PlansByDay
from voipadmin.core.numbers.plan import NumberingPlan

CHUNK = 1_000
# The fields of Cdr that rating writes: PricedCall has their columns' names.
MONEY_COLUMNS = [name.removesuffix("_id") for name in PricedCall._fields]
# Those that are read anew where nothing was kept.
VALUE_COLUMNS = ["called_number", "called_kind", "called_country", "origin"]


class CallFileRefused(DomainError):
    """A file holds no call records at all, or too little is known of its columns."""


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """How many records got a price, still have none, and had one already."""

    rated: int = 0
    unrated: int = 0
    kept: int = 0


def rate_cdrs(*, cdrs: Iterable[Cdr]) -> RatingSummary:
    """Price those of `cdrs` that have no price, by the tariffs that were in force when they were answered.

    A price that was given is never changed here: it is corrected by a re-rating.
    """
    keys = [record.pk for record in cdrs]
    rated = unrated = 0
    prices = load_tariffs()
    for start in range(0, len(keys), CHUNK):
        priced = _rate_chunk(keys[start : start + CHUNK], prices)
        rated += sum(record.price is not None for record in priced)
        unrated += sum(record.price is None for record in priced)
    return RatingSummary(rated, unrated, len(keys) - rated - unrated)


@transaction.atomic
def _rate_chunk(keys: list[UUID], prices: PriceBook) -> list[Cdr]:
    waiting = Cdr.objects.filter(pk__in=keys, price__isnull=True).select_related(
        "gateway__provider", "customer__account"
    )
    records = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    plans, areas = PlansByDay(), extension_areas()
    for record in records:
        keep_value(record, plans.at(record.started_at), areas)
        for name, value in price_call(facts_of(record), prices)._asdict().items():
            setattr(record, name, value)
    Cdr.objects.bulk_update(records, [*VALUE_COLUMNS, *MONEY_COLUMNS])
    charge_calls(cdrs=records)
    return records


def keep_value(record: Cdr, plan: NumberingPlan, areas: Mapping[str, str]) -> None:
    """Write called number and origin into a record that has none of its own, as they are read now.

    What was read once stays: a main number or area that changed since prices no old call anew. `areas` are those of
    extensions by name.
    """
    customer = record.customer
    area = areas.get(endpoint_of(record.channel)) or (customer.local_area(plan) if customer else "")
    if record.direction == Direction.OUTBOUND and not record.called_number:
        called = number_called(record.dialled, record.dst, plan, home_area=area)
        record.called_number, record.called_kind, record.called_country = called.key, called.kind, called.country
    record.origin = origin_of_record(record, customer.caller_id_number if customer else "", plan, area)


def facts_of(record: Cdr) -> CallFacts:
    """Return what decides the price of a record that is in the database, by the value that it carries."""
    provider = record.gateway.provider if record.gateway else None
    account = getattr(record.customer, "account", None)
    return CallFacts(
        direction=record.direction,
        number=record.called_number,
        at=record.answered_at or record.started_at,
        billable_seconds=record.billable_seconds,
        is_answered=record.disposition == Disposition.ANSWERED,
        provider_cost=ProviderCost(provider.cost_per_minute, provider.currency, provider.pk) if provider else None,
        origin=record.origin or "",
        plan_id=account.plan_id if account else None,
    )


def import_call_file(*, file: CallFile, node_name: str, zone: tzinfo, name: str) -> ImportSummary:
    """Store the records of a whole file as a node's, and keep its other lines as rejected records.

    What its columns are is remembered for the next file with the same headings. Raise CallFileRefused for one that
    holds no call records at all, or of whose columns too little is known; nothing is stored then.
    """
    if not file.is_readable or not any(is_record(line, zone, file.layout) for line in file.lines):
        raise CallFileRefused(_("The file holds no call records: nothing was imported."), field="file")
    total = ImportSummary()
    importer = SpoolImporter(node_name, zone, layout=file.layout)
    with transaction.atomic():
        for start in range(0, len(file.lines), importer.batch_lines):
            report_progress(start, len(file.lines))
            total += importer.replay(file.lines[start : start + importer.batch_lines], name)
        if file.layout is not None:
            remembered = {
                "headings": file.headings,
                "columns": dict(file.layout.columns),
                "date_order": file.layout.date_order,
            }
            CdrLayout.objects.update_or_create(headings_hash=headings_hash(file.headings), defaults=remembered)
    return total


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """How many rejected lines were accepted, and how many were rejected again."""

    accepted: int = 0
    still_rejected: int = 0


def _importer_of(record: RejectedRecord) -> SpoolImporter:
    """Return an importer that reads a rejected line as it was read before."""
    zone = ZoneInfo(record.zone) if record.zone in available_timezones() else timezone.get_default_timezone()
    return SpoolImporter(record.node_name, zone, layout=HeadedLayout(**record.layout) if record.layout else None)


def replay_rejected(*, records: Iterable[RejectedRecord]) -> ReplaySummary:
    """Import rejected lines again; one that is accepted, or stored already, is deleted from the rejected records."""
    accepted = still_rejected = 0
    for record in records:
        with transaction.atomic():
            summary = _importer_of(record).replay([bytes(record.line)], record.path)
            if summary.rejected:
                still_rejected += 1
            else:
                record.delete()
                accepted += 1
    report_rejected()
    return ReplaySummary(accepted, still_rejected)
