from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from billing.cdrs.files.call_files import read_call_file
from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.services import import_call_file, replay_rejected
from billing.models import Cdr, DroppedMonth, RejectedRecord
from tests.billing.spool_lines import spool_line
from tests.factories.users import UserFactory
from voipadmin.core.models import Alarm
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db

LINE = spool_line().rstrip()


def kept_aside(line: bytes) -> RejectedRecord:
    return RejectedRecord.objects.create(
        node_name="pbx1", path="voipadmin.csv", offset=7, line=line, line_hash="0" * 64, reason="columns"
    )


@pytest.fixture
def operator(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    return client


def test_the_bytes_of_a_line_are_shown_as_text_that_does_nothing(operator: Client) -> None:
    SpoolImporter("pbx1").replay([b"<script>x</script>\x1b[31m\xff\xe2\x80\xaeabc"], "voipadmin.csv")
    page = operator.get(RejectedRecord.objects.get().get_absolute_url()).content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;\\x1b[31m\\xff\\u202eabc" in page


def test_a_line_that_is_accepted_now_leaves_the_list(operator: Client) -> None:
    record = kept_aside(LINE)
    page = operator.post(reverse("billing:rejectedrecord_again", args=[record.pk]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("billing:rejectedrecord_list")
    assert Cdr.objects.count() == 1
    assert not RejectedRecord.objects.exists()


def test_a_line_that_is_still_refused_stays_and_says_so(operator: Client) -> None:
    record = kept_aside(b"hello")
    page = operator.post(reverse("billing:rejectedrecord_again", args=[record.pk]), follow=True)
    assert "The line is still refused." in page.content.decode()
    assert RejectedRecord.objects.filter(pk=record.pk).exists()


def test_a_list_of_lines_is_narrowed_by_reason(operator: Client) -> None:
    kept_aside(b"hello")
    listed = operator.get(reverse("billing:rejectedrecord_list"), {"reason": "columns"}).content.decode()
    other = operator.get(reverse("billing:rejectedrecord_list"), {"reason": "conflict"}).content.decode()
    assert "voipadmin.csv" in listed
    assert "voipadmin.csv" not in other


def test_who_only_looks_cannot_try_a_line_again(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.VIEWER))
    assert client.post(reverse("billing:rejectedrecord_again", args=[kept_aside(LINE).pk])).status_code == 403
    assert not Cdr.objects.exists()


def test_the_dashboard_leads_to_the_lines_that_wait(operator: Client) -> None:
    SpoolImporter("pbx1").replay([b"hello"], "voipadmin.csv")
    page = operator.get(reverse("reports:dashboard_live")).content.decode()
    assert "1 call record could not be read and is kept aside." in page
    assert reverse("billing:rejectedrecord_list") in page


def test_the_alarm_of_lines_that_wait_ends_with_the_last_of_them(operator: Client) -> None:
    SpoolImporter("pbx1").replay([b"hello", b"world"], "voipadmin.csv")
    assert Alarm.objects.get(kind="rejected_records").details == {"found": 2}
    RejectedRecord.objects.update(line=LINE.rstrip())
    first, second = RejectedRecord.objects.all()
    replay_rejected(records=[first])
    assert Alarm.objects.get(closed_at=None).details == {"found": 1}
    replay_rejected(records=[second])
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_the_list_leads_to_the_records_that_are_missing(operator: Client) -> None:
    page = operator.get(reverse("billing:rejectedrecord_list")).content.decode()
    assert reverse("reports:cdr_gaps") in page


TABLE = b"Call date;From;To;Seconds;Billed;Result\n05/10/2026 10:00:00;1001;011987654321;75;60;Answered\n"
COLUMNS = {"start": 0, "src": 1, "dst": 2, "duration": 3, "billsec": 4, "disposition": 5}


def imported_table(zone: str) -> RejectedRecord:
    """Import a table of a month that was dropped: its row is kept aside."""
    dropped = DroppedMonth.objects.create(month=date(2026, 10, 1), records=1)
    clock = ZoneInfo(zone)
    file = read_call_file(TABLE, clock, COLUMNS, "dmy")
    summary = import_call_file(file=file, node_name="pbx1", zone=clock, name="october.csv")
    assert (summary.imported, summary.rejected) == (0, 1)
    dropped.delete()
    return RejectedRecord.objects.get()


@pytest.mark.slow(seconds=0.3)
def test_a_row_of_a_table_with_headings_is_tried_again_as_it_was_read() -> None:
    record = imported_table("America/New_York")
    assert record.reason == "dropped"
    summary = replay_rejected(records=[record])
    assert (summary.accepted, summary.still_rejected) == (1, 0)
    call = Cdr.objects.get()
    assert call.started_at == datetime(2026, 10, 5, 14, tzinfo=UTC)
    assert (call.dst, int(call.billable_seconds), call.disposition) == ("011987654321", 60, "ANSWERED")


def test_a_row_from_before_layouts_were_kept_is_still_refused() -> None:
    record = imported_table("America/Sao_Paulo")
    record.layout = {}
    record.save()
    assert replay_rejected(records=[record]).still_rejected == 1
    assert not Cdr.objects.exists()


@pytest.mark.slow(seconds=0.3)
def test_a_row_that_is_read_otherwise_the_next_time_is_kept_so() -> None:
    record = imported_table("America/Sao_Paulo")
    file = read_call_file(TABLE, ZoneInfo("America/New_York"), COLUMNS, "mdy")
    DroppedMonth.objects.create(month=date(2026, 5, 1), records=1)
    import_call_file(file=file, node_name="pbx1", zone=ZoneInfo("America/New_York"), name="october.csv")
    record.refresh_from_db()
    assert (record.layout["date_order"], record.zone) == ("mdy", "America/New_York")


def test_one_line_twice_in_a_batch_is_kept_once() -> None:
    SpoolImporter("pbx1").replay([b"hello", b"hello"], "voipadmin.csv")
    assert RejectedRecord.objects.count() == 1
