"""Decks through the REST API."""

import pytest

from billing.decks.preview import read_deck
from billing.decks.services import upload_deck
from billing.models import BuyRate, Deck
from tests.api.client import client_of, problem
from tests.factories import ProviderFactory
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def uploaded() -> Deck:
    deck = upload_deck(
        provider=ProviderFactory.create(), file_name="rates.csv", content=b"prefix;price\n5511;0,04\n", currency="BRL",
        is_full=True, actor="ana",
    )  # fmt: skip
    read_deck(deck)
    return deck


def test_a_deck_is_activated_and_undone() -> None:
    deck, client = uploaded(), client_of(Role.FINANCE)
    listed = client.get(f"/decks/?provider_id={deck.provider_id}&status=ready").json()["items"]
    assert [(item["id"], item["summary"]["counts"]) for item in listed] == [(str(deck.pk), {"new": 1})]
    assert client.post(f"/decks/{deck.pk}/activate").json()["status"] == "active"
    assert BuyRate.objects.count() == 1
    problem(client.post(f"/decks/{deck.pk}/activate"), 409)
    assert client.post(f"/decks/{deck.pk}/undo").json()["status"] == "undone"
    assert BuyRate.objects.count() == 0


def test_who_only_looks_activates_nothing() -> None:
    deck, client = uploaded(), client_of(Role.OPERATOR)
    assert client.get(f"/decks/{deck.pk}").json()["file_name"] == "rates.csv"
    problem(client.post(f"/decks/{deck.pk}/activate"), 403)
    problem(client_of(Role.CUSTOMER).get(f"/decks/{deck.pk}"), 403)
    assert BuyRate.objects.count() == 0
