"""Decks through the REST API."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from billing.decks import api
from billing.decks.comparison.preview import read_deck
from billing.models import BuyRate, Deck, DeckFile, DeckStatus
from routing.models import Provider
from tests.api.client import V1, ApiClient, client_of, problem
from tests.billing.decks.samples import bomb
from tests.factories import ProviderFactory, TariffFactory, UserFactory
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]
LIST = b"prefix;price\n5511;0,04\n"


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory.create()


@pytest.fixture
def finance() -> ApiClient:
    return client_of(Role.FINANCE)


def send(client: ApiClient, content: bytes, *, headers: Any = None, **fields: Any) -> Any:
    """Upload a file as a script does."""
    form = {"file": SimpleUploadedFile("rates.csv", content), **fields}
    known = {"Authorization": f"Bearer {client.token}", **(headers or {})}
    return client.http.post(f"{V1}/decks/", {name: value for name, value in form.items() if value}, headers=known)


def uploaded(client: ApiClient, provider: Provider, content: bytes = LIST, **fields: Any) -> dict[str, Any]:
    """Upload a file, have it read, and return the deck as the API shows it."""
    answer = send(client, content, provider_id=str(provider.pk), **fields)
    assert answer.status_code == 201, answer.content
    assert answer["Location"].endswith(f"/decks/{answer.json()['id']}")
    return read(client, answer.json()["id"])


def read(client: ApiClient, key: str) -> dict[str, Any]:
    read_deck(Deck.objects.get(pk=key))
    shown: dict[str, Any] = client.get(f"/decks/{key}").json()
    return shown


def test_a_deck_is_uploaded_activated_and_undone(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider)
    assert (deck["status"], deck["file_name"], deck["currency"], deck["is_full"]) == ("ready", "rates.csv", "BRL", True)
    assert deck["columns"] == {"prefix": "A", "price": "B"}
    listed = finance.get(f"/decks/?provider_id={provider.pk}&status=ready").json()["items"]
    assert [(item["id"], item["summary"]["counts"]) for item in listed] == [(deck["id"], {"new": 1})]
    assert finance.post(f"/decks/{deck['id']}/activate").json()["status"] == "active"
    assert BuyRate.objects.count() == 1
    problem(finance.post(f"/decks/{deck['id']}/activate"), 409)
    assert finance.post(f"/decks/{deck['id']}/undo").json()["status"] == "undone"
    assert BuyRate.objects.count() == 0
    problem(finance.delete(f"/decks/{deck['id']}"), 409)


def test_what_would_change_is_listed_by_kind_and_page_by_page(finance: ApiClient, provider: Provider) -> None:
    TariffFactory.create(pattern="4", price_per_minute="1.5")
    first = uploaded(finance, provider, b"prefix;price\n1;1\n2;1\n3;1\n4;1\n")
    finance.post(f"/decks/{first['id']}/activate")
    deck = uploaded(finance, provider, b"prefix;price\n1;1\n2;0,5\n4;2\n5;1\n")
    rows = f"/decks/{deck['id']}/rows"

    def found(query: str) -> list[tuple[int, str, str | None, str]]:
        items = finance.get(f"{rows}?{query}").json()["items"]
        return [(item["row"], item["pattern"], item["old_price"], item["price_per_minute"]) for item in items]

    assert found("change=down") == [(3, "2", "1.000000", "0.500000")]
    assert found("change=up") == [(4, "4", "1.000000", "2.000000")]
    assert found("change=new") == [(5, "5", None, "1.000000")]
    assert [row[:2] for row in found("change=gone")] == [(0, "3")]
    assert found("below_cost=true") == found("change=up")
    assert [row[1] for row in found("prefix=5")] == ["5"]
    assert finance.get(f"{rows}?below_cost=true").json()["items"][0]["sold_for"] == "1.500000"
    page = finance.get(f"{rows}?limit=3").json()
    rest = finance.get(f"{rows}?limit=3&cursor={page['next_cursor']}").json()
    assert [item["pattern"] for item in page["items"] + rest["items"]] == ["3", "1", "2", "4", "5"]
    assert rest["next_cursor"] is None
    problem(finance.get(f"{rows}?list=up"), 422)


def test_a_question_is_read_with_its_place_and_answered(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider, b"prefix;price;effective\n5511;0,04;03/04/2027\n5521;0,04;05/04/2027\n")
    (question,) = deck["summary"]["questions"]
    assert (question["code"], question["row"], question["column"]) == ("date_order", 2, "C")
    assert question["value"] in question["message"]
    assert question["choices"] == ["dmy", "mdy"]
    problem(finance.post(f"/decks/{deck['id']}/activate"), 409)
    problem(finance.post(f"/decks/{deck['id']}/answers", {"answers": {"date_order": "ymd"}}), 422)
    answered = finance.post(f"/decks/{deck['id']}/answers", {"answers": {"date_order": "mdy"}}).json()
    assert (answered["status"], answered["answers"]) == ("uploaded", {"date_order": "mdy"})
    assert read(finance, deck["id"])["status"] == "ready"
    assert finance.get(f"/decks/{deck['id']}/rows").json()["items"][0]["begins"].startswith("2027-03-04")


def test_nobody_says_yes_before_something_is_asked(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider)
    address = f"/decks/{deck['id']}/answers"
    assert problem(finance.post(address, {"answers": {"far_price": "yes"}}), 409)["field"] == "far_price"
    assert problem(finance.post(address, {"answers": {"half_gone": "yes"}}), 409)["code"] == "no_answer"


def test_faults_are_read_with_row_and_column(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider, b"prefix;price\n5511;0,04\n5521;-1\n")
    (fault,) = deck["summary"]["faults"]
    assert deck["status"] == "refused"
    assert "“-1”" in fault.pop("message")
    assert fault == {"code": "negative", "row": 3, "column": "B", "value": "-1"}


def test_columns_are_named_by_their_letters(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider, b"Our list\nwhat;how much\n5511;0,04\n")
    (question,) = deck["summary"]["questions"]
    assert (question["code"], question["choices"]) == ("columns", [])
    assert deck["summary"]["first_rows"][1] == ["what", "how much"]
    address = f"/decks/{deck['id']}/answers"
    problem(finance.post(address, {"columns": {"prefix": "A", "price": "A"}}), 409)
    problem(finance.post(address, {"columns": {"prefix": "A"}}), 409)
    problem(finance.post(address, {"columns": {"prefix": "A", "cost_of_it": "B"}}), 422)
    problem(finance.post(address, {"columns": {"prefix": "A", "price": "ZZ"}}), 422)
    finance.post(address, {"columns": {"prefix": "A", "price": "B"}})
    named = read(finance, deck["id"])
    assert (named["status"], named["columns"]) == ("ready", {"prefix": "A", "price": "B"})
    finance.post(f"/decks/{deck['id']}/activate")
    following = uploaded(finance, provider, b"how much;what\n0,05;5511\n")
    assert (following["status"], following["columns"]) == ("ready", {"prefix": "B", "price": "A"})


def test_what_is_known_of_a_list_is_said_with_it(finance: ApiClient, provider: Provider) -> None:
    told = {
        "columns": {"prefix": "A", "price": "B", "effective": "C"}, "answers": {"date_order": "dmy", "decimal": "."},
    }  # fmt: skip
    deck = uploaded(finance, provider, b"5511;1,250.00;03/04/2027\n", mapping=json.dumps(told), is_full="false")
    assert (deck["status"], deck["is_full"], deck["summary"]["counts"]) == ("ready", False, {"new": 1})
    assert finance.get(f"/decks/{deck['id']}/rows").json()["items"][0]["price_per_minute"] == "1250.000000"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider_id": ""}, "provider_id"),
        ({"provider_id": "6f9c1f0e-0000-7000-8000-000000000000"}, "provider_id"),
        ({"currency": "reais"}, "currency"),
        ({"effective_from": "03/04/2027"}, "effective_from"),
        ({"is_ful": "true"}, "is_ful"),
        ({"file": ""}, "file"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": '{"answers": {"far_price": "yes"}}'}, "mapping.answers.far_price"),
        ({"mapping": '{"columns": {"prefix": "1"}}'}, "mapping.columns.prefix"),
    ],
)
def test_a_form_that_says_something_else_is_refused(
    finance: ApiClient, provider: Provider, fields: dict[str, str], field: str
) -> None:
    form = {"provider_id": str(provider.pk), **fields}
    assert problem(send(finance, LIST, **form), 422)["field"] == field
    assert not Deck.objects.exists()


def test_a_file_that_is_too_large_is_refused(
    finance: ApiClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "LARGEST_FILE", 10)
    problem(send(finance, LIST, provider_id=str(provider.pk)), 413)
    assert not Deck.objects.exists()


def test_two_gigabytes_are_refused_by_their_announced_length(
    finance: ApiClient, provider: Provider, client: Client
) -> None:
    """Nothing of the file is sent here: whoever waited for it would find the form cut off."""
    head = encode_multipart(BOUNDARY, {"provider_id": str(provider.pk)})
    length: Any = {"CONTENT_LENGTH": str(2 << 30)}
    known = {"Authorization": f"Bearer {finance.token}"}
    problem(finance.http.generic("POST", f"{V1}/decks/", head, MULTIPART_CONTENT, headers=known, **length), 413)
    client.force_login(UserFactory.create(role=Role.FINANCE))
    assert client.generic("POST", reverse("billing:deck_upload"), head, MULTIPART_CONTENT, **length).status_code == 413
    assert not DeckFile.objects.exists()


def test_a_form_that_is_none_is_refused(finance: ApiClient) -> None:
    headers = {"Authorization": f"Bearer {finance.token}"}
    answer = finance.http.generic("POST", f"{V1}/decks/", b"--nothing", "multipart/form-data", headers=headers)
    assert problem(answer, 400)["code"] == "malformed"
    keyed = {**headers, "Idempotency-Key": "once"}
    answer = finance.http.generic("POST", f"{V1}/decks/", b"--nothing", "multipart/form-data", headers=keyed)
    assert problem(answer, 400)["code"] == "malformed"


def test_a_bomb_is_kept_and_refused_unread(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider, bomb())
    assert (deck["status"], deck["summary"]["faults"][0]["code"]) == ("refused", "packed_too_tightly")
    problem(finance.post(f"/decks/{deck['id']}/activate"), 409)


def test_an_upload_sent_again_under_its_key_is_one_deck(finance: ApiClient, provider: Provider) -> None:
    key = {"Idempotency-Key": "tonight"}
    big = LIST + b"".join(b"%d;0,05\n" % number for number in range(10_000_000, 10_250_000))
    first = send(finance, big, provider_id=str(provider.pk), headers=key)
    again = send(finance, big, provider_id=str(provider.pk), headers=key)
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert again.json()["id"] == first.json()["id"]
    assert bytes(DeckFile.objects.get().content) == big
    problem(send(finance, LIST, provider_id=str(provider.pk), headers=key), 422)


def test_a_deck_that_never_counted_is_thrown_away(finance: ApiClient, provider: Provider) -> None:
    deck = uploaded(finance, provider)
    assert finance.delete(f"/decks/{deck['id']}").status_code == 204
    assert not Deck.objects.exists()


def test_who_only_looks_writes_nothing(finance: ApiClient, provider: Provider) -> None:
    deck, operator = uploaded(finance, provider), client_of(Role.OPERATOR)
    assert operator.get(f"/decks/{deck['id']}").json()["file_name"] == "rates.csv"
    assert len(operator.get(f"/decks/{deck['id']}/rows").json()["items"]) == 1
    for action in ("activate", "answers", "read"):
        problem(operator.post(f"/decks/{deck['id']}/{action}", {}), 403)
    problem(send(operator, LIST, provider_id=str(provider.pk)), 403)
    problem(operator.delete(f"/decks/{deck['id']}"), 403)
    for path in ("", f"{deck['id']}", f"{deck['id']}/rows"):
        problem(client_of(Role.CUSTOMER).get(f"/decks/{path}"), 403)
    assert Deck.objects.get().status == DeckStatus.READY
    assert BuyRate.objects.count() == 0
