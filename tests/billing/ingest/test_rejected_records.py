import pytest
from django.test import Client
from django.urls import reverse

from billing.cdrs.services import replay_rejected
from billing.cdrs.spool_import import SpoolImporter
from billing.models import Cdr, RejectedRecord
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
