from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.cdrs.files.spool_import import SpoolImporter
from billing.cdrs.services import RatingSummary, ReplaySummary, rate_cdrs, replay_rejected
from billing.models import Cdr, Direction, RejectedRecord, RejectReason, Tariff, UnratedReason
from billing.tariffs.queries import tariff_warnings
from billing.tariffs.services import delete_tariff, save_tariff
from routing.models import ProviderType
from tests.billing.oracles import tariff_for
from tests.billing.spool_lines import spool_line
from tests.factories import CdrFactory, GatewayFactory, ProviderFactory, TariffFactory, UserFactory
from voipadmin.core.errors import InUse

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


def test_calls_without_a_price_are_priced_when_their_tariff_is_there() -> None:
    gateway = GatewayFactory.create(provider__cost_per_minute=Decimal("0.02"))
    call = CdrFactory.create(direction=Direction.OUTBOUND, gateway=gateway, unrated_reason=UnratedReason.NO_TARIFF)
    tariff = TariffFactory.create(pattern="5511", price_per_minute=Decimal("0.10"), cost_per_minute=None)
    assert rate_cdrs(cdrs=Cdr.objects.unrated()) == RatingSummary(rated=1)
    call.refresh_from_db()
    assert (call.tariff, call.price, call.cost, call.margin) == (
        tariff,
        Decimal("0.10"),
        Decimal("0.02"),
        Decimal("0.08"),
    )
    assert (call.unrated_reason, call.cost_source, call.billed_seconds) == ("", "provider", 60)


def test_a_price_that_was_given_stays() -> None:
    tariff = TariffFactory.create(pattern="5511")
    call = CdrFactory.create(direction=Direction.OUTBOUND, tariff=tariff, price=Decimal("9.99"), currency="BRL")
    assert rate_cdrs(cdrs=[call]) == RatingSummary(kept=1)
    call.refresh_from_db()
    assert call.price == Decimal("9.99")


def test_a_call_that_still_matches_nothing_stays_unrated() -> None:
    CdrFactory.create(direction=Direction.OUTBOUND)
    assert rate_cdrs(cdrs=Cdr.objects.all()) == RatingSummary(unrated=1)
    assert Cdr.objects.get().unrated_reason == UnratedReason.NO_TARIFF


def test_importing_and_pricing_later_come_to_the_same() -> None:
    lines = [spool_line(billsec=f"{seconds}.5", duration=f"{seconds + 1}.0").rstrip() for seconds in (2, 29, 30, 31)]
    SpoolImporter("late").replay(lines, "test")
    TariffFactory.create(pattern="_5511ZXXXXXXXX", price_per_minute=Decimal("0.13"))
    rate_cdrs(cdrs=Cdr.objects.all())
    SpoolImporter("early").replay(lines, "test")
    columns = ("price", "cost", "margin", "billed_seconds", "applied_rate", "matched_pattern", "cost_source")
    late, early = (
        list(Cdr.objects.filter(node_name=node).order_by("sequence").values_list(*columns))
        for node in ("late", "early")
    )
    assert late == early
    assert [row[3] for row in early] == [0, 30, 36, 36]


def test_a_later_change_of_a_tariff_leaves_the_record_as_it_was() -> None:
    tariff = TariffFactory.create(pattern="55", price_per_minute=Decimal("0.10"))
    SpoolImporter("pbx1").replay([spool_line().rstrip()], "test")
    tariff.price_per_minute = Decimal("0.20")
    tariff.pattern = "5"
    save_tariff(tariff=tariff)
    record = Cdr.objects.get()
    assert (record.price, record.matched_pattern) == (Decimal("0.10"), "55")
    assert record.applied_rate.startswith("0:0.1/60/30")


def test_a_tariff_that_priced_calls_cannot_be_deleted_and_another_can() -> None:
    used, unused = TariffFactory.create_batch(2)
    CdrFactory.create(tariff=used, price=Decimal(1))
    with pytest.raises(InUse):
        delete_tariff(tariff=used)
    delete_tariff(tariff=unused)
    assert Tariff.objects.get() == used


def test_two_tariffs_of_one_prefix_cannot_begin_at_the_same_moment() -> None:
    first = TariffFactory.create(pattern="55")
    with pytest.raises(ValidationError):
        save_tariff(tariff=TariffFactory.build(pattern="55", effective_from=first.effective_from))


def test_a_tariff_that_loses_money_is_named_as_such() -> None:
    ProviderFactory.create(name="Dear", cost_per_minute=Decimal("0.09"))
    ProviderFactory.create(name="Cheap", cost_per_minute=Decimal("0.01"))
    ProviderFactory.create(name="Foreign", cost_per_minute=Decimal("0.09"), currency="USD")
    ProviderFactory.create(name="Numbers", cost_per_minute=Decimal("0.09"), type=ProviderType.ORIGINATION)
    price = Decimal("0.05")
    assert tariff_warnings(TariffFactory.build(price_per_minute=price, cost_per_minute=price)) == []
    assert len(tariff_warnings(TariffFactory.build(price_per_minute=price, cost_per_minute=Decimal("0.06")))) == 1
    warnings = tariff_warnings(TariffFactory.build(price_per_minute=price, cost_per_minute=None))
    assert len(warnings) == 1
    assert "Dear" in str(warnings[0])


def test_the_tariff_of_a_number_is_found_for_a_moment() -> None:
    tariff = TariffFactory.create(pattern="5511")
    assert tariff_for("5511987654321", timezone.now()) == tariff
    assert tariff_for("5511987654321", timezone.now() - timedelta(days=800)) is None
    assert tariff_for("12125550100", timezone.now()) is None


def rejected(line: bytes) -> RejectedRecord:
    row: RejectedRecord = RejectedRecord.objects.create(
        node_name="pbx1", path="x", offset=0, line=line, line_hash=str(hash(line)), reason=RejectReason.COLUMNS
    )
    return row


def test_a_rejected_line_that_can_be_read_now_becomes_a_record() -> None:
    good, bad = rejected(spool_line().rstrip()), rejected(b"hello")
    assert replay_rejected(records=[good, bad]) == ReplaySummary(accepted=1, still_rejected=1)
    assert Cdr.objects.count() == 1
    assert not RejectedRecord.objects.filter(pk=good.pk).exists()
    assert RejectedRecord.objects.filter(pk=bad.pk).exists()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory.create(role="admin", is_staff=True, is_superuser=True))
    return client


def test_the_admin_pages_open_and_records_cannot_be_edited_there(admin: Client) -> None:
    call, line = CdrFactory.create(), rejected(b"caf\xe9")
    TariffFactory.create(cost_per_minute=Decimal(1))
    for model in ("tariff", "cdr", "rejectedrecord", "spoolposition"):
        assert admin.get(reverse(f"admin:billing_{model}_changelist")).status_code == 200
    assert admin.get(reverse("admin:billing_tariff_changelist") + "?loss=1").status_code == 200
    page = admin.get(reverse("admin:billing_rejectedrecord_change", args=[line.pk]))
    assert "caf\\xe9" in page.content.decode()
    address = reverse("admin:billing_cdr_change", args=[call.pk])
    assert admin.post(address, {"src": "x"}).status_code == 403
    assert admin.post(reverse("admin:billing_cdr_delete", args=[call.pk])).status_code == 403


def test_the_admin_tries_rejected_lines_again_and_prices_calls(admin: Client) -> None:
    line = rejected(spool_line().rstrip())
    chosen = {"action": "replay", "_selected_action": [str(line.pk)]}
    admin.post(reverse("admin:billing_rejectedrecord_changelist"), chosen)
    call = Cdr.objects.get()
    TariffFactory.create(pattern="55")
    chosen = {"action": "rate_again", "_selected_action": [str(call.pk)]}
    admin.post(reverse("admin:billing_cdr_changelist"), chosen)
    call.refresh_from_db()
    assert call.price is not None


def test_saving_a_tariff_that_loses_money_in_the_admin_says_so(admin: Client) -> None:
    tariff = TariffFactory.create(pattern="55", cost_per_minute=Decimal("0.50"))
    address = reverse("admin:billing_tariff_change", args=[tariff.pk])
    form = admin.get(address).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    since = timezone.localtime(tariff.effective_from)
    values |= {"effective_from_0": since.date().isoformat(), "effective_from_1": since.time().isoformat()}
    page = admin.post(address, values, follow=True)
    assert [message.level_tag for message in page.context["messages"]].count("warning") == 1


def test_nobody_reads_the_admin_without_logging_in(client: Client) -> None:
    page = client.get(reverse("admin:billing_cdr_changelist"))
    assert page.status_code == 302
    assert isinstance(page.wsgi_request.user, AnonymousUser)
