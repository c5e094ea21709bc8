"""People upload, answer, look, activate and undo in the browser."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from billing.decks.comparison.preview import read_deck
from billing.models import BuyRate, Deck, DeckStatus
from tests.factories import ProviderFactory, UserFactory
from tests.pages.confirming import confirm
from voipadmin.users.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.3)]


@pytest.fixture
def finance(client: Client) -> Client:
    client.force_login(UserFactory.create(role=Role.FINANCE))
    client.cookies["django_language"] = "en"
    return client


def uploaded(finance: Client, text: str) -> Deck:
    file = BytesIO(text.encode())
    file.name = "rates.csv"
    data = {"provider": str(ProviderFactory.create().pk), "file": file, "currency": "BRL", "is_full": "on"}
    answer = finance.post(reverse("billing:deck_upload"), data)
    deck: Deck = Deck.objects.get()
    assert answer.headers["Location"] == deck.get_absolute_url()
    return deck


def test_a_deck_goes_from_upload_to_activation_and_back(finance: Client) -> None:
    deck = uploaded(finance, "prefix;price\n5511;0,04\n5521;0,05\n")
    page = deck.get_absolute_url()
    assert "progress" in finance.get(page).content.decode()
    read_deck(deck)
    rows = finance.get(reverse("billing:deck_rows", args=[deck.pk]), {"list": "new"}).content.decode()
    assert "5511" in rows
    assert "5521" in rows
    assert reverse("billing:deck_activate", args=[deck.pk]) in finance.get(page).content.decode()
    confirm(finance, reverse("billing:deck_activate", args=[deck.pk]))
    assert BuyRate.objects.count() == 2
    confirm(finance, reverse("billing:deck_undo", args=[deck.pk]))
    assert BuyRate.objects.count() == 0


def test_a_question_is_answered_by_a_button(finance: Client) -> None:
    deck = uploaded(finance, "prefix;price;effective\n5511;0,04;03/04/2027\n")
    read_deck(deck)
    text = finance.get(deck.get_absolute_url()).content.decode()
    assert "03/04/2027" in text
    assert 'value="mdy"' in text
    finance.post(reverse("billing:deck_answer", args=[deck.pk]), {"date_order": "dmy"})
    read_deck(deck)
    deck.refresh_from_db()
    assert deck.status == DeckStatus.READY


def test_a_question_about_several_places_names_each(finance: Client) -> None:
    deck = uploaded(finance, "prefix;price\n54;0,01\n5411;9,5\n5422;8,5\n")
    read_deck(deck)
    text = finance.get(deck.get_absolute_url()).content.decode()
    assert "Row 3, column B." in text
    assert "Row 4, column B." in text
    assert "5422: 8.500000, 0.010000" in text


def test_columns_that_headings_do_not_tell_are_named_by_a_person(finance: Client) -> None:
    deck = uploaded(finance, "5511;0,04\n5521;0,05\n")
    read_deck(deck)
    address = reverse("billing:deck_columns", args=[deck.pk])
    assert "5511" in finance.get(address).content.decode()
    finance.post(address, {"A": "prefix", "B": "price"})
    read_deck(deck)
    deck.refresh_from_db()
    assert (deck.status, deck.summary["counts"]) == (DeckStatus.READY, {"new": 2})


def test_faults_show_with_row_and_column(finance: Client) -> None:
    deck = uploaded(finance, "prefix;price\n5511;-1\n")
    read_deck(deck)
    text = finance.get(deck.get_absolute_url()).content.decode()
    assert "“-1”" in text
    assert reverse("billing:deck_activate", args=[deck.pk]) not in text


def test_the_progress_ends_by_showing_the_page_again(finance: Client) -> None:
    deck = uploaded(finance, "prefix;price\n5511;1\n")
    address = reverse("billing:deck_progress", args=[deck.pk])
    assert "hx-get" in finance.get(address, headers={"HX-Request": "true"}).content.decode()
    read_deck(deck)
    assert finance.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
