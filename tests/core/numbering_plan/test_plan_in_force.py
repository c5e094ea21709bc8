"""The plan in force is made of the operator's rows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from voipadmin.core.models import CodeKind, DialingRule, PlanRange, ReadAs, ServiceCode
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.numbering_plan.seeding import seed_plan
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.number import NumberKind, Unreadable
from voipadmin.core.numbers.reading import read_number

pytestmark = pytest.mark.django_db
A_DAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_the_rows_of_a_new_installation_make_the_plan_that_the_product_brings() -> None:
    assert DialingRule.objects.count() > 5
    assert ServiceCode.objects.filter(kind=CodeKind.EMERGENCY).count() > 10
    for at in (A_DAY, datetime(2027, 3, 2, tzinfo=UTC)):
        assert current_plan(at) == plan_of("BR", at.date())


def test_a_plan_is_one_object_until_a_row_changes() -> None:
    before = current_plan(A_DAY)
    assert current_plan(A_DAY) is before
    ServiceCode.objects.create(pattern="1500", name="City")
    after = current_plan(A_DAY)
    assert after != before
    assert current_plan(A_DAY) is after


def test_a_row_that_was_rolled_back_was_never_there() -> None:
    with transaction.atomic():
        ServiceCode.objects.create(pattern="1500", name="City")
        assert read_number("1500", current_plan()).is_readable
        transaction.set_rollback(True)
    assert not read_number("1500", current_plan()).is_readable


def test_a_code_of_the_operator_is_read_and_priced_as_a_code() -> None:
    assert read_number("40621234", current_plan(), home_area="11").key == "551140621234"
    ServiceCode.objects.create(pattern="_4062XXXX", kind=CodeKind.SHARED_COST, name="Nationwide")
    number = read_number("40621234", current_plan(), home_area="11")
    assert (number.key, number.kind) == ("040621234", NumberKind.SHARED_COST)


def test_collect_calls_are_allowed_by_their_row() -> None:
    assert read_number("9090987654321", current_plan()).is_barred
    for code in ServiceCode.objects.filter(kind=CodeKind.COLLECT):
        code.barred = False
        code.save()
    assert not read_number("9090987654321", current_plan()).is_barred


def test_the_carrier_abroad_is_selected_where_its_rule_is_switched_on() -> None:
    assert read_number("0041351912345678", current_plan()).country == "CH"
    DialingRule.objects.filter(read_as=ReadAs.CARRIER_ABROAD).update(enabled=True)
    assert read_number("0041351912345678", current_plan()).country == "PT"


def test_a_range_holds_from_its_day_in_the_installations_time_zone() -> None:
    PlanRange.objects.create(
        pattern="_118XXXXXXXX", kind=NumberKind.VOIP, valid_from=date(2027, 1, 1), valid_until=date(2027, 2, 1)
    )
    kinds = [
        read_number("11812345678", current_plan(datetime.fromisoformat(at))).kind
        for at in ("2026-12-31T23:59:59-03:00", "2027-01-01T00:00:00-03:00", "2027-01-31T23:59:59-03:00")
    ]
    assert kinds == [NumberKind.UNREADABLE, NumberKind.VOIP, NumberKind.VOIP]
    ended = read_number("11812345678", current_plan(datetime.fromisoformat("2027-02-01T00:00:00-03:00")))
    assert ended.reason is Unreadable.IMPOSSIBLE


def test_another_country_begins_with_its_own_plan(settings: Any) -> None:
    settings.DEFAULT_COUNTRY = "PT"
    assert current_plan(A_DAY) == plan_of("PT", A_DAY.date())
    seed_plan()
    assert ServiceCode.objects.filter(region="PT", kind=CodeKind.EMERGENCY).exists()
    assert current_plan(A_DAY) == plan_of("PT", A_DAY.date())
    ServiceCode.objects.create(pattern="77777", name="Directory")
    assert read_number("77777", current_plan()).is_code
    settings.DEFAULT_COUNTRY = "BR"
    assert not read_number("77777", current_plan()).is_readable


def test_a_migration_does_not_bring_back_what_the_operator_deleted() -> None:
    ServiceCode.objects.filter(pattern="1746").delete()
    call_command("migrate", verbosity=0)
    assert not ServiceCode.objects.filter(pattern="1746").exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (ServiceCode(pattern="_0800."), "pattern"),
        (ServiceCode(pattern="_+55XXX"), "pattern"),
        (ServiceCode(pattern="_[01]XX"), "pattern"),
        (ServiceCode(pattern="_00XX"), "pattern"),
        (ServiceCode(pattern="_XXX"), "pattern"),
        (ServiceCode(pattern="1"), "pattern"),
        (ServiceCode(pattern="190;1"), "pattern"),
        (ServiceCode(pattern="1900", kind="other"), "kind"),
        (PlanRange(pattern="_11!"), "pattern"),
        (DialingRule(pattern="_0XX.", read_as=ReadAs.LOCAL), "read_as"),
        (DialingRule(pattern="_[2-7]XXXXXXX", read_as=ReadAs.LOCAL, strip_digits=1), "read_as"),
        (DialingRule(pattern="_0X", strip_digits=2), "strip_digits"),
    ],
)
def test_a_row_that_could_not_be_read_by_is_refused(row: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == [field]


def test_the_database_refuses_what_no_form_has_seen() -> None:
    for make in (
        lambda: ServiceCode.objects.create(pattern="190", kind=CodeKind.EMERGENCY),
        lambda: ServiceCode.objects.create(pattern="1900", kind=CodeKind.EMERGENCY, barred=True),
        lambda: ServiceCode.objects.create(pattern="${X}"),
        lambda: PlanRange.objects.create(pattern="_11", valid_from=date(2027, 1, 1), valid_until=date(2027, 1, 1)),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
