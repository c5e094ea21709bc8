"""Numbers come in by the list: looked at first, then all of it or nothing."""

from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from numbering.did_lists.imports import ImportPlan, apply_import, preview_import
from numbering.errors import ImportRefused
from numbering.models import DID
from routing.models import Provider, ProviderType
from tests.billing.decks.samples import workbook
from tests.factories import DIDFactory, GatewayFactory, ProviderFactory, UserFactory
from voipadmin.core.jobs.running import run_job
from voipadmin.core.models import Job
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=1)]


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory.create(name="Vivo")


def places(plan: ImportPlan) -> list[tuple[str, int, str]]:
    return [(error.code, error.row, error.column) for error in plan.errors]


def test_a_list_shows_what_is_new_changed_and_unchanged_and_then_does_it(provider: Provider) -> None:
    GatewayFactory.create(name="GW_Vivo", provider=provider)
    DIDFactory.create(number="551140001000", provider=provider, monthly_cost=Decimal(1))
    DIDFactory.create(number="551140001001", provider=provider, monthly_cost=Decimal("2.5"))
    content = (
        (
            "Números;Operadora;Gateway;Custo mensal\n"
            "551140001000;Vivo;;2,50\n+55 (11) 4000-1001;Vivo;;2,50\n551140001002-551140001004;VIVO;gw_vivo;2,50\n"
        )
        .encode("cp1252")
        .replace(b"+55 (11) 4000-1001", b"551140001001")
    )
    plan = preview_import(content=content)
    assert (len(plan.new), len(plan.changed), plan.unchanged, plan.errors) == (3, 1, 1, [])
    assert DID.objects.count() == 2
    apply_import(content=content)
    again = preview_import(content=content)
    assert (len(again.new), len(again.changed), again.unchanged) == (0, 0, 5)
    stored = DID.objects.get(number="551140001004")
    assert (stored.provider, stored.gateway and stored.gateway.name, stored.monthly_cost) == (
        provider, "GW_Vivo", Decimal("2.5"),
    )  # fmt: skip


def test_a_workbook_is_read_as_text_is(provider: Provider) -> None:
    content = workbook([["DID", "Notes"], [551140001000.0, "main"], ["551140001001;551140001002", ""]])
    plan = apply_import(content=content, provider=provider)
    assert [did.number for did in plan.new] == ["551140001000", "551140001001", "551140001002"]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("11 4000;Vivo;;1", "number_impossible", "A"),
        ("551140001009-551140001000;Vivo;;1", "range", "A"),
        ("551140000000-551149999999;Vivo;;1", "range_large", "A"),
        ("=A1;Vivo;;1", "formula", "A"),
        (";Vivo;;1", "number_missing", "A"),
        ("551140001000;Nobody;;1", "provider_unknown", "B"),
        ("551140001000;;;1", "provider_missing", "A"),
        ("551140001000;Vivo;GW_None;1", "gateway_unknown", "C"),
        ("551140001000;Vivo;GW_Other;1", "did_refused", "C"),
        ("551140001000;Outgoing;;1", "did_refused", "B"),
        ("551140001000;Vivo;;-1", "negative", "D"),
        ("551140001000;Vivo;;1,250", "decimal_unsure", "D"),
        ("551140001999;Vivo;;2", "number_doubled", "A"),
    ],
)
def test_what_is_wrong_has_its_row_and_column_and_nothing_is_imported(
    provider: Provider, row: str, code: str, column: str
) -> None:
    GatewayFactory.create(name="GW_Other")
    ProviderFactory.create(name="Outgoing", type=ProviderType.TERMINATION)
    content = f"number;provider;gateway;cost\n551140001999;Vivo;;\n{row}\n".encode()
    plan = preview_import(content=content)
    assert places(plan) == [(code, 3, column)]
    assert "%(" not in str(plan.error_list[0]["message"])
    with pytest.raises(ImportRefused):
        apply_import(content=content)
    assert not DID.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"551140001000;Vivo\n", "columns"), (b"", "empty"), (b"number\n\xff\x81\n", "encoding"),
     (b"PK\x03\x04", "not_a_workbook")],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_whole(content: bytes, code: str) -> None:
    assert [error.code for error in preview_import(content=content).errors] == [code]


def test_the_command_looks_and_only_then_applies(provider: Provider, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text("number\n551140001000-551140001009\n")
    said = StringIO()
    call_command("import_dids", file, provider="Vivo", stdout=said)
    assert "10 new, 0 changed, 0 unchanged, 0 faults" in said.getvalue()
    assert not DID.objects.exists()
    call_command("import_dids", file, provider="Vivo", apply=True, stdout=said)
    assert DID.objects.count() == 10
    file.write_text("number\nx\n")
    with pytest.raises(SystemExit) as left:
        call_command("import_dids", file, provider="Vivo", apply=True, stdout=said)
    assert left.value.code == 3
    assert "row 2 A" in said.getvalue()


def sent(text: str, provider: Provider, **more: str) -> dict[str, object]:
    file = BytesIO(text.encode())
    file.name = "numbers.csv"
    return {"file": file, "provider": str(provider.pk), **more}


def test_a_person_uploads_looks_and_applies(provider: Provider, client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    address, text = reverse("numbering:did_import"), "number;cost\n551140001000-551140001002;2.5\n"
    assert client.get(address).status_code == 200
    page = client.post(address, sent(text, provider))
    assert len(page.context["plan"].new) == 3
    assert not DID.objects.exists()
    key = page.context["key"]
    assert key in page.content.decode()
    assert client.post(address, {"key": key, "apply": "1"}).status_code == 302
    assert not DID.objects.exists()
    run_job(Job.objects.get())
    assert Job.objects.get().result == {"new": 3, "changed": 0}
    assert DID.objects.count() == 3
    # The list is kept for its reader alone, and no longer than it is needed.
    assert client.post(address, {"key": key, "apply": "1"}).status_code == 200
    assert DID.objects.count() == 3


def test_a_list_with_faults_shows_them_and_offers_nothing_to_apply(provider: Provider, client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    page = client.post(reverse("numbering:did_import"), sent("number\n5511x\n", provider))
    assert "5511x" in page.content.decode()
    assert 'name="apply"' not in page.content.decode()


def test_a_question_is_answered_without_sending_the_file_again(provider: Provider, client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.OPERATOR))
    address = reverse("numbering:did_import")
    page = client.post(address, sent("DID\n5145551234\n", provider))
    assert "+15145551234 (CA)" in page.content.decode()
    answered = {"key": page.context["key"], "provider": str(provider.pk), "country": "CA"}
    page = client.post(address, answered)
    assert [did.number for did in page.context["plan"].new] == ["15145551234"]
    client.post(address, {"key": page.context["key"], "apply": "1"})
    run_job(Job.objects.get())
    assert DID.objects.get().number == "15145551234"


def test_the_command_takes_the_country_of_a_list(provider: Provider, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text("DID,City\n5145551234,Montreal\n")
    said = StringIO()
    call_command("import_dids", file, provider="Vivo", country="CA", apply=True, stdout=said)
    assert DID.objects.get().number == "15145551234"
    assert "columns left out: City" in said.getvalue()
    with pytest.raises(CommandError, match="no country XX"):
        call_command("import_dids", file, country="XX")
