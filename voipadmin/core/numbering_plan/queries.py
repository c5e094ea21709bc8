"""The plan in force, made of the operator's rows over what the product brings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from voipadmin.core.models import DialingRule, OperatorRange, PlanRange, ServiceCode
from voipadmin.core.numbers import tables
from voipadmin.core.numbers.countries import built_in_tables
from voipadmin.core.numbers.number import Number, NumberKind
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.reading import number_of_key, read_number
from voipadmin.core.numbers.tables import PlanTables, plan_of_tables

MODELS = (DialingRule, ServiceCode, PlanRange)


def current_plan(at: datetime | None = None) -> NumberingPlan:
    """Return the plan of the installation's country at a moment, now by default: one object for as long as it holds.

    It costs one small query, which asks whether a row has changed. Whoever reads many numbers asks once for all.
    """
    return _plan(settings.DEFAULT_COUNTRY, _state_of_rows(), timezone.localdate(at))


class PlansByDay:
    """The plan of each day by the rows of the moment at which this was made; looking one up costs no query."""

    def __init__(self) -> None:
        self._state = _state_of_rows()

    def at(self, moment: datetime) -> NumberingPlan:
        """Return the plan of a moment."""
        return _plan(settings.DEFAULT_COUNTRY, self._state, timezone.localdate(moment))


def check_home_area(area: str) -> None:
    """Raise ValidationError for the field `home_area` where `area` is given and no area code of the country."""
    if area and not current_plan().is_area(area):
        error = ValidationError(_("%(area)s is no area code of the country."), params={"area": area})
        raise ValidationError({"home_area": error})


def operator_of(number: Number) -> OperatorRange | None:
    """Return the range that the administration gave an operator, of which a number of the country is, or None."""
    is_national = number.is_readable and number.country == settings.DEFAULT_COUNTRY
    if not is_national or number.kind is NumberKind.COLLECT:
        return None
    value = int(number.national)
    found = OperatorRange.objects.filter(first__lte=value).order_by("-first").first()
    return found if found is not None and found.last >= value else None


@dataclass(frozen=True)
class NumberFacts:
    """What pages tell of a number: its value, and whose range it is of."""

    number: Number
    operator: OperatorRange | None


def facts_of(number: Number) -> NumberFacts:
    """Return what there is to tell of a number."""
    return NumberFacts(number, operator_of(number))


def facts_of_recorded(text: str, *, home_area: str = "", at: datetime | None = None) -> NumberFacts:
    """Return what there is to tell of a number that was kept: its key, or, in older records, what was dialled."""
    plan = current_plan(at)
    found = number_of_key(text, plan)
    return facts_of(found if found.is_readable else read_number(text, plan, home_area=home_area))


def plan_tables(region: str) -> PlanTables:
    """Return a country's tables: the operator's rows, or those that the product brings where there are none."""
    built_in = built_in_tables(region)
    rules, codes, ranges = (model._default_manager.filter(region=region) for model in MODELS)
    stored = replace(built_in, dial_rules=_dial_rules(rules), codes=_codes(codes), ranges=_ranges(ranges))
    return stored if stored.dial_rules or stored.codes or stored.ranges else built_in


def _state_of_rows() -> str:
    """Return a text that differs whenever a row of the plan does, after a rollback as well."""
    # Neither the newest `updated_at` nor a count tells a row that was put back: the rows' text does, and they are few.
    digest = sql.SQL("coalesce((SELECT md5(string_agg(row::text, ';' ORDER BY row.id)) FROM {} AS row), '')")
    digests = [digest.format(sql.Identifier(model._meta.db_table)) for model in MODELS]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT concat_ws('-', {})").format(sql.SQL(", ").join(digests)))
        return str(cursor.fetchone()[0])


# A year's days and more: days between the same rows have one plan.
@lru_cache(maxsize=512)
def _plan(region: str, state: str, day: date) -> NumberingPlan:
    return plan_of_tables(region, _tables(region, state), day)


@lru_cache(maxsize=8)
def _tables(region: str, _state: str) -> PlanTables:
    return plan_tables(region)


def _dial_rules(rows: Iterable[DialingRule]) -> tuple[tables.DialRule, ...]:
    return tuple(
        tables.DialRule(
            row.pattern,
            tables.ReadAs(row.read_as),
            row.strip_digits,
            name=row.name,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows
        if row.enabled
    )


def _codes(rows: Iterable[ServiceCode]) -> tuple[tables.CodeRange, ...]:
    return tuple(
        tables.CodeRange(
            row.pattern,
            NumberKind(row.kind),
            row.barred,
            name=row.name,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows
    )


def _ranges(rows: Iterable[PlanRange]) -> tuple[tables.NumberRange, ...]:
    return tuple(
        tables.NumberRange(
            row.pattern, NumberKind(row.kind), name=row.name, valid_from=row.valid_from, valid_until=row.valid_until
        )
        for row in rows
    )
