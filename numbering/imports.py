"""Importing a list of numbers: compared with the inventory first, then applied, all of it or nothing.

1. Find the row of headings and what each column is; find the decimal sign of the costs from all of them.
2. Read each row: its numbers (one, or a range) and its values; what cannot be read is an error with row and column.
3. Compare with the inventory: each number is new, changed or unchanged; what its model refuses is an error.
4. Where there is no error, write new and changed numbers in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from numbering.errors import ImportRefused
from numbering.models import DID
from routing.models import Gateway, Provider
from voipadmin.core.errors import Conflict, Message
from voipadmin.core.sheets import input_errors
from voipadmin.core.sheets.apart import FOR_A_PAGE, read_rows
from voipadmin.core.sheets.cells import Cell, amount_of, decimal_signs, prefixes_of, simplified, text_of
from voipadmin.core.sheets.input_errors import CellError, FileError, InputError, column_letter
from voipadmin.core.signals import objects_changed
from voipadmin.core.validators import e164_validator

MOST_NUMBERS = 100_000
PIECE = 1_000
COST_STEP = Decimal("0.0001")
SEARCHED_ROWS = 40
HEADINGS = {
    "number": "number numbers numero numeros did dids range ranges faixa faixas telefone phone e164 prefix rango",
    "provider": "provider provedor operadora carrier proveedor operador",
    "gateway": "gateway tronco trunk",
    "monthly_cost": "monthly_cost cost price monthly custo custo_mensal valor preco mensalidade costo costo_mensual",
    "notes": "notes note notas observacao observacoes remarks comment descricao description",
}
FIELDS = ("provider", "gateway", "monthly_cost", "notes")
_FIELD_OF = {word: name for name, words in HEADINGS.items() for word in words.split()}
MESSAGES: Mapping[str, Message] = {
    "prefix": _("“%(value)s” is no number in E.164, such as 551140001000."),
    "prefix_range": _("“%(value)s” is no range of numbers of equal length, from the lower to the higher."),
    "prefix_range_large": _("“%(value)s” has more than 10,000 numbers."),
    "columns": _("No row has the headings of a list of numbers: number, provider, gateway, monthly cost, notes."),
    "number_missing": _("The row has no number."),
    "provider_missing": _("The number has no provider."),
    "provider_unknown": _("There is no provider “%(value)s”."),
    "gateway_unknown": _("There is no gateway “%(value)s”."),
    "decimal_unsure": _("“%(value)s” could be thousands or a fraction. Write it with two decimals."),
    "number_doubled": _("%(value)s stands here otherwise than in row %(other)s."),
    "did_refused": _("%(value)s"),
    "too_many_numbers": _("The list has more than %(value)s numbers."),
}


@dataclass(slots=True)
class ImportPlan:
    """What applying a list would do to the inventory, and the errors that forbid it."""

    new: list[DID] = field(default_factory=list)
    changed: list[DID] = field(default_factory=list)
    unchanged: int = 0
    errors: list[InputError] = field(default_factory=list)

    @property
    def error_list(self) -> list[dict[str, Any]]:
        """Return the first MOST_SHOWN errors with their messages."""
        kept = [error.kept() for error in self.errors[: input_errors.MOST_SHOWN]]
        return [one | {"message": input_errors.message_of(one, MESSAGES)} for one in kept]


def preview_import(*, content: bytes, provider: Provider | None = None) -> ImportPlan:
    """Return what a CSV or XLSX file would do, changing nothing; `provider` is that of rows which name none."""
    try:
        rows = read_rows(content, FOR_A_PAGE)
    except FileError as refused:
        return ImportPlan(errors=[refused.error])
    return _Planner(rows, provider).plan()


def apply_import(*, content: bytes, provider: Provider | None = None) -> ImportPlan:
    """Apply a list, or nothing of it: raise ImportRefused where it has errors, Conflict where a number came between."""
    with transaction.atomic():
        # The first provider's row stands for the inventory: of two imports at once the second waits for the first.
        Provider.objects.select_for_update().order_by("pk").first()
        plan = preview_import(content=content, provider=provider)
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


class _Planner:
    """Reads row by row; every error has its row and column."""

    def __init__(self, rows: Sequence[Sequence[Cell]], provider: Provider | None) -> None:
        self._rows, self._provider = rows, provider
        self._providers = {simplified(one.name): one for one in Provider.objects.all()}
        self._gateways = {one.name.lower(): one for one in Gateway.objects.select_related("provider")}
        self._plan = ImportPlan()
        self._wanted: dict[str, tuple[int, dict[str, Any]]] = {}
        self._sign = "."
        self._columns: dict[str, int] = {}

    def plan(self) -> ImportPlan:
        """Return the plan: all rows read, then compared with the inventory."""
        heading = next((n for n, row in enumerate(self._rows[:SEARCHED_ROWS]) if self._find_columns(row)), None)
        if heading is None:
            self._plan.errors.append(InputError("columns"))
            return self._plan
        body = list(enumerate(self._rows[heading + 1 :], start=heading + 2))
        self._sign = self._decimal_sign(body)
        for number, row in body:
            if any(cell not in (None, "") for cell in row):
                self._read(number, row)
            if len(self._wanted) > MOST_NUMBERS:
                self._plan.errors.append(InputError("too_many_numbers", number, "", str(MOST_NUMBERS)))
                return self._plan
        self._compare()
        return self._plan

    def _find_columns(self, row: Sequence[Cell]) -> bool:
        names = [_FIELD_OF.get(simplified(cell)) if isinstance(cell, str) else None for cell in row]
        self._columns = {name: index for index, name in reversed(list(enumerate(names))) if name}
        return "number" in self._columns

    def _decimal_sign(self, body: Sequence[tuple[int, Sequence[Cell]]]) -> str:
        costs = (self._cell("monthly_cost", row) for _number, row in body)
        told = {decimal_signs(cell) for cell in costs if isinstance(cell, str)} - {"", "?"}
        return "," if told == {","} else "."

    def _cell(self, name: str, row: Sequence[Cell]) -> Cell:
        index = self._columns.get(name, len(row))
        return row[index] if index < len(row) else None

    def _read(self, number: int, row: Sequence[Cell]) -> None:
        values: dict[str, Any] = {}
        before = len(self._plan.errors)
        readers = {"provider": self._read_provider, "gateway": self._read_gateway,
                   "monthly_cost": self._read_cost, "notes": text_of}  # fmt: skip
        for name, read in readers.items():
            cell = self._cell(name, row)
            if cell not in (None, ""):
                values[name] = self._valued(read, name, number, cell)
        numbers = self._valued(prefixes_of, "number", number, self._cell("number", row))
        if numbers == []:
            self._error("number_missing", number, "number", "")
        if len(self._plan.errors) == before:
            for one in numbers or ():
                self._want(one, number, values)

    def _valued(self, read: Any, name: str, number: int, cell: Cell) -> Any:
        try:
            return read(cell)
        except CellError as error:
            self._error(error.code, number, name, cell)
            return None

    def _read_provider(self, cell: Cell) -> Provider:
        found: Provider | None = self._providers.get(simplified(text_of(cell)))
        if found is None:
            raise CellError("provider_unknown")
        return found

    def _read_gateway(self, cell: Cell) -> Gateway:
        found: Gateway | None = self._gateways.get(text_of(cell).lower())
        if found is None:
            raise CellError("gateway_unknown")
        return found

    def _read_cost(self, cell: Cell) -> Decimal | None:
        if isinstance(cell, str) and self._sign == "." and decimal_signs(cell) == "?":
            raise CellError("decimal_unsure")
        amount = amount_of(cell, self._sign)
        return None if amount is None else amount.quantize(COST_STEP)

    def _want(self, one: str, number: int, values: dict[str, Any]) -> None:
        row, said = self._wanted.setdefault(one, (number, values))
        if said != values:
            self._plan.errors.append(InputError("number_doubled", number, self._letter("number"), one, row))

    def _compare(self) -> None:
        known = {did.number: did for did in DID.objects.select_related("provider", "gateway")}
        pairs: dict[Any, str] = {}
        for one, (row, values) in self._wanted.items():
            did = known.get(one)
            if did is None:
                self._add(one, row, values, pairs)
            elif all(getattr(did, name) == value for name, value in values.items()):
                self._plan.unchanged += 1
            else:
                self._put(did, values)
                if self._is_allowed(did, row, pairs):
                    did.updated_at = timezone.now()
                    self._plan.changed.append(did)

    def _add(self, one: str, row: int, values: dict[str, Any], pairs: dict[Any, str]) -> None:
        gateway = values.get("gateway")
        provider = values.get("provider") or self._provider or (gateway and gateway.provider)
        if provider is None:
            self._error("provider_missing", row, "number", one)
            return
        did = DID(number=one, provider=provider)
        self._put(did, values)
        if self._is_allowed(did, row, pairs):
            self._plan.new.append(did)

    @staticmethod
    def _put(did: DID, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(did, name, value)

    def _is_allowed(self, did: DID, row: int, pairs: dict[Any, str]) -> bool:
        """Tell whether the model's rules allow it; those of provider and gateway are asked once for each pair."""
        if _refusal(lambda: e164_validator(did.number)):
            self._error("prefix", row, "number", did.number)
            return False
        pair = (did.provider_id, did.gateway_id)
        if pair not in pairs:
            pairs[pair] = _refusal(DID(number=did.number, provider=did.provider, gateway=did.gateway).clean)
        refused = pairs[pair] or _refusal(lambda: did.clean_fields(exclude=["provider", "gateway", "number"]))
        if refused:
            self._error("did_refused", row, "gateway" if pairs[pair] and did.gateway_id else "provider", refused)
            return False
        return True

    def _error(self, code: str, number: int, name: str, cell: Cell) -> None:
        self._plan.errors.append(InputError(code, number, self._letter(name), "" if cell is None else str(cell)))

    def _letter(self, name: str) -> str:
        return column_letter(self._columns[name]) if name in self._columns else ""


def _refusal(check: Any) -> str:
    """Return the messages of what a check refuses, or nothing."""
    try:
        check()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
