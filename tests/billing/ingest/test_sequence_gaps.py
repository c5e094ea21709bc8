"""Missing sequence numbers are named by node and boot; those of dialled channels are not missing."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.records.sequence_gaps import BootReport, Gap, Numbered, find_gaps, gaps_of_node
from tests.billing.spool_lines import failed, spool_line
from tests.factories.users import UserFactory
from voipadmin.users.roles import Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def numbered(*sequences: int, dialled: bool = True, boot: int = 0) -> list[Numbered]:
    return [Numbered(boot, sequence, dialled, NOON + timedelta(seconds=sequence)) for sequence in sequences]


def report_of(records: list[Numbered]) -> BootReport:
    return next(find_gaps("pbx1", records))


def test_the_numbers_of_dialled_channels_are_not_missing() -> None:
    report = report_of(numbered(10, 12, 14))
    assert (report.records, report.missing, report.lost, report.gaps) == (3, 2, 0, [])


def test_a_lost_call_is_named_with_its_neighbours_in_time() -> None:
    report = report_of(numbered(10, 12, 18, 20))
    # One was dialled by 12 and one may have been by 18: of 13 to 17, three belong to nobody.
    assert report.gaps == [Gap(13, 17, 3, NOON + timedelta(seconds=12), NOON + timedelta(seconds=18))]


def test_calls_that_dial_nothing_explain_no_gap() -> None:
    assert report_of(numbered(1, 2, 4, dialled=False)).gaps[0] == Gap(
        3, 3, 1, NOON + timedelta(seconds=2), NOON + timedelta(seconds=4)
    )


def test_what_is_missing_at_the_beginning_of_a_boot_is_seen() -> None:
    first, second = find_gaps("pbx1", numbered(500, 501, dialled=False) + numbered(3, dialled=False, boot=1))
    assert first.lost == 0
    assert second.gaps == [Gap(0, 2, 3, None, NOON + timedelta(seconds=3))]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
@pytest.mark.slow(seconds=0.3)
def test_a_boot_without_loss_has_no_gap_and_one_lost_call_is_always_found(calls: list[tuple[bool, bool]]) -> None:
    records, number = [], 0
    for dials, _lost in calls:
        records.append(Numbered(1, number, dials, NOON))
        number += 1 + dials
    assert report_of(records).lost == 0
    end = Numbered(1, number, False, NOON)
    kept = [record for record, (_dials, lost) in zip(records, calls, strict=True) if not lost]
    lost = len(records) - len(kept)
    found = report_of([*kept, end]).lost
    assert lost <= found <= 2 * lost


def imported(*lines: bytes, node: str = "pbx1") -> None:
    SpoolImporter(node).replay([line.rstrip() for line in lines], "voipadmin.csv")


def call(second: int, channel: int, sequence: int, **values: Any) -> bytes:
    start = int(timezone.now().timestamp()) - 3600 + second
    times = {"start": f"{start}.000000", "answer": f"{start + 1}.000000", "end": f"{start + 61}.000000"}
    return spool_line(uniqueid=f"pbx1-{start}.{channel}", sequence=sequence, **times, duration="61.000000", **values)


def whole() -> tuple[datetime, datetime]:
    return timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)


@pytest.mark.django_db
def test_a_restart_of_asterisk_begins_another_boot() -> None:
    imported(call(0, 700, 900), call(2, 702, 902), call(9, 0, 0), call(10, 2, 2), call(11, 8, 9))
    before, after = gaps_of_node("pbx1", *whole())
    assert (before.first, before.last, before.lost) == (900, 902, 0)
    assert [(gap.first, gap.last, gap.lost) for gap in after.gaps] == [(3, 8, 4)]


@pytest.mark.django_db
def test_order_of_arrival_and_other_nodes_change_nothing() -> None:
    imported(call(11, 8, 9), call(9, 4, 4), call(10, 6, 6))
    imported(call(10, 7, 7, dstchannel=""), node="pbx2")
    (report,) = gaps_of_node("pbx1", *whole())
    assert [(gap.first, gap.last) for gap in report.gaps] == []
    assert (report.records, report.missing) == (3, 3)


@pytest.mark.django_db
def test_two_channels_at_the_turn_of_a_second_are_no_restart() -> None:
    imported(call(0, 101, 50), call(1, 100, 51), call(2, 102, 52))
    assert len(gaps_of_node("pbx1", *whole())) == 1


@pytest.mark.django_db
def test_a_failed_dial_and_its_next_record_explain_their_numbers() -> None:
    first = call(0, 10, 10)
    imported(first, failed(uniqueid="pbx1-1795437885.11", sequence=12))
    assert all(report.lost == 0 for report in gaps_of_node("pbx1", *whole()))


@pytest.mark.django_db
def test_the_command_names_them_and_says_so_by_its_exit_code() -> None:
    imported(call(0, 10, 10, dstchannel=""), call(1, 11, 13, dstchannel=""))
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("cdr_gaps", stdout=said)
    assert ended.value.code == 3
    assert "  11-12: 2 missing" in said.getvalue()


@pytest.mark.django_db
def test_the_command_ends_well_where_nothing_is_missing() -> None:
    imported(call(0, 10, 10, dstchannel=""), call(1, 11, 11, dstchannel=""))
    said = StringIO()
    call_command("cdr_gaps", "--node", "pbx1", stdout=said)
    assert "2 records, 0 missing" in said.getvalue()


@pytest.mark.django_db
@pytest.mark.slow(seconds=0.3)
def test_staff_see_the_missing_numbers_on_a_page(client: Client) -> None:
    imported(call(0, 10, 10, dstchannel=""), call(1, 11, 13, dstchannel=""))
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    page = client.get(reverse("reports:cdr_gaps"), {"days": "1"}).content.decode()
    assert "11–12" in page
    client.force_login(UserFactory.create(role=Role.CUSTOMER))
    assert client.get(reverse("reports:cdr_gaps")).status_code == 403
