"""Importing a list of numbers: compared with the inventory first, then applied, all of it or nothing.

1. Read the file's rows, and of these the numbers with their values: `did_lists` tells what they are.
2. Compare with the inventory: each number is new, changed or unchanged; what its model refuses is an error.
3. Where there is no error, write new and changed numbers in one transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from numbering.did_lists.choice import INTERNATIONAL, Country
from numbering.did_lists.faults import MESSAGES
from numbering.did_lists.headings import Columns
from numbering.did_lists.reading import ListedNumber, read_list
from numbering.did_lists.values import ValueReader
from numbering.errors import ImportRefused
from numbering.models import DID
from routing.models import Gateway, Provider
from voipadmin.core.errors import Conflict
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.sheets import input_errors
from voipadmin.core.sheets.apart import FOR_A_PAGE, read_rows
from voipadmin.core.sheets.cells import simplified
from voipadmin.core.sheets.input_errors import FileError, InputError
from voipadmin.core.signals import objects_changed

PIECE = 1_000
FIELDS = ("provider", "gateway", "monthly_cost", "notes")
# Ten digits of a list that says nothing else are asked about: they may be North America's.
OTHER_REGION = "US"
SHOWN_NUMBERS = 50


@dataclass(slots=True)
class ImportPlan:
    """What applying a list would do to the inventory, and the errors that forbid it."""

    new: list[DID] = field(default_factory=list)
    changed: list[DID] = field(default_factory=list)
    unchanged: int = 0
    errors: list[InputError] = field(default_factory=list)
    numbers: list[ListedNumber] = field(default_factory=list)
    unread_columns: tuple[str, ...] = ()

    @property
    def error_list(self) -> list[dict[str, Any]]:
        """Return the first MOST_SHOWN errors with their messages."""
        kept = [error.kept() for error in self.errors[: input_errors.MOST_SHOWN]]
        return [one | {"message": input_errors.message_of(one, MESSAGES)} for one in kept]

    @property
    def first_numbers(self) -> list[ListedNumber]:
        """Return the first numbers that were read, in the order of the list."""
        return self.numbers[:SHOWN_NUMBERS]


def preview_import(*, content: bytes, provider: Provider | None = None, country: str = "") -> ImportPlan:
    """Return what a CSV or XLSX file would do, changing nothing; `provider` is that of rows which name none.

    National numbers are of `country` (ISO 3166); where that is empty they are of the installation's country, and what
    could be another one's is asked about. `INTERNATIONAL` says that every number begins with its calling code.
    """
    try:
        rows = read_rows(content, FOR_A_PAGE)
    except FileError as refused:
        return ImportPlan(errors=[refused.error])
    providers = {simplified(one.name): one for one in Provider.objects.all()}
    gateways = {one.name.lower(): one for one in Gateway.objects.select_related("provider")}
    where = country_of(country)
    values = ValueReader(providers, gateways, provider)
    reading = read_list(rows, where, values, has_own=_has_numbers_of(provider, where.plan.country_code))
    plan = ImportPlan(errors=reading.errors, numbers=reading.numbers, unread_columns=reading.columns.unread)
    _Comparison(plan, reading.columns, provider).compare()
    return plan


def country_of(country: str) -> Country:
    """Return where the national numbers of a list are, by what was chosen."""
    home = current_plan()
    if not country:
        other = plan_of(OTHER_REGION, timezone.localdate())
        return Country(home, other if other.country_code != home.country_code else None)
    if country == INTERNATIONAL:
        return Country(home, is_chosen=True, is_international=True)
    plan = home if country == home.region else plan_of(country, timezone.localdate())
    return Country(plan, is_chosen=True)


def _has_numbers_of(provider: Provider | None, calling_code: str) -> bool:
    """Tell whether the inventory has numbers of a provider, and all of them begin with a calling code."""
    numbers = DID.objects.filter(provider=provider) if provider else DID.objects.none()
    return numbers.exists() and not numbers.exclude(number__startswith=calling_code).exists()


def apply_import(*, content: bytes, provider: Provider | None = None, country: str = "") -> ImportPlan:
    """Apply a list, or nothing of it: raise ImportRefused where it has errors, Conflict where a number came between."""
    with transaction.atomic():
        # The first provider's row stands for the inventory: of two imports at once the second waits for the first.
        Provider.objects.select_for_update().order_by("pk").first()
        plan = preview_import(content=content, provider=provider, country=country)
        if plan.errors:
            raise ImportRefused(_("Nothing was imported: the list has faults."), field="file")
        # `list` takes the locks, in one order: an allocation at the same time waits, and does not undo the change.
        list(DID.objects.select_for_update().filter(pk__in=[did.pk for did in plan.changed]).order_by("pk"))
        try:
            DID.objects.bulk_create(plan.new, batch_size=PIECE)
        except IntegrityError as error:
            raise Conflict(_("Someone else created numbers of this list a moment ago.")) from error
        DID.objects.bulk_update(plan.changed, [*FIELDS, "updated_at"], batch_size=PIECE)
        if plan.new or plan.changed:
            objects_changed.send(sender=DID, objects=[*plan.new, *plan.changed])
        _log([*plan.new, *plan.changed])
    return plan


def _log(dids: Iterable[DID]) -> None:
    """Enter what was imported into each provider's changelog: one entry tells more than ten thousand."""
    entries: Any = LogEntry.objects
    by_provider: dict[Provider, list[str]] = {}
    for did in dids:
        by_provider.setdefault(did.provider, []).append(did.number)
    for provider, numbers in by_provider.items():
        summary = f"{min(numbers)} – {max(numbers)} ({len(numbers)})"
        entries.log_create(provider, force_log=True, action=LogEntry.Action.UPDATE, changes={"dids": ["", summary]})


class _Comparison:
    """Compares the numbers of a list with the inventory; every error has its row and column."""

    def __init__(self, plan: ImportPlan, columns: Columns, provider: Provider | None) -> None:
        self._plan, self._columns, self._provider = plan, columns, provider
        self._wanted: dict[str, ListedNumber] = {}
        self._pairs: dict[Any, str] = {}

    def compare(self) -> None:
        """Sort each number out: new, changed or unchanged."""
        for one in self._plan.numbers:
            before = self._wanted.setdefault(one.number, one)
            if before.values != one.values:
                self._fault("number_doubled", one.row, "number", one.number, before.row)
        known = {did.number: did for did in DID.objects.select_related("provider", "gateway")}
        for one in self._wanted.values():
            did = known.get(one.number)
            if did is None:
                self._add(one)
            elif all(getattr(did, name) == value for name, value in one.values.items()):
                self._plan.unchanged += 1
            else:
                self._put(did, one.values)
                if self._is_allowed(did, one.row):
                    did.updated_at = timezone.now()
                    self._plan.changed.append(did)

    def _add(self, one: ListedNumber) -> None:
        gateway = one.values.get("gateway")
        provider = one.values.get("provider") or self._provider or (gateway and gateway.provider)
        if provider is None:
            self._fault("provider_missing", one.row, "number", one.number)
            return
        did = DID(number=one.number, provider=provider)
        self._put(did, one.values)
        if self._is_allowed(did, one.row):
            self._plan.new.append(did)

    @staticmethod
    def _put(did: DID, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(did, name, value)

    def _is_allowed(self, did: DID, row: int) -> bool:
        """Tell whether the model's rules allow it; those of provider and gateway are asked once for each pair."""
        pair = (did.provider_id, did.gateway_id)
        if pair not in self._pairs:
            self._pairs[pair] = _refusal(DID(number=did.number, provider=did.provider, gateway=did.gateway).clean)
        refused = self._pairs[pair] or _refusal(lambda: did.clean_fields(exclude=["provider", "gateway", "number"]))
        if refused:
            self._fault("did_refused", row, "gateway" if self._pairs[pair] and did.gateway_id else "provider", refused)
        return not refused

    def _fault(self, code: str, row: int, role: str, value: str, other: int = 0) -> None:
        self._plan.errors.append(InputError(code, row, self._columns.letter(role), value, other))


def _refusal(check: Any) -> str:
    """Return the messages of what a check refuses, or nothing."""
    try:
        check()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
