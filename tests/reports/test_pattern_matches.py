"""What a pattern takes, shown while it is typed: examples, calls of the last week, other routes and tariffs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Cdr, Direction
from reports.patterns.meaning import meaning_of_route, meaning_of_tariff
from reports.patterns.queries import last_week
from reports.rollups.counting import count_changed_hours
from reports.rollups.marking import mark_quarters
from tests.core.numbers.plans import BRAZIL
from tests.factories.billing import CdrFactory, TariffFactory
from tests.factories.routing import RouteFactory
from tests.pages.conftest import AsRole
from tests.pages.conftest import as_role as as_role  # noqa: PLC0414 - the fixture
from voipadmin.core.tables.links import page_of
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db


def shown(client: Client, **query: str) -> str:
    return client.get(reverse("reports:pattern"), query).content.decode()


def called(key: str, days: float = 1) -> Cdr:
    started = timezone.now() - timedelta(days=days)
    call: Cdr = CdrFactory.create(called_number=key, direction=Direction.OUTBOUND, started_at=started)
    return call


def test_a_routes_pattern_shows_what_it_takes_and_what_it_does_not(as_role: AsRole) -> None:
    text = shown(as_role(Role.OPERATOR), of="route", pattern="_0119XXXXXXXX")
    matching, _label, others = text.partition("Does not match")
    assert "+55119" in matching
    assert "Matches" in matching
    assert others.count('class="example"') >= 3


def test_digits_take_the_same_in_a_route_and_a_tariff(as_role: AsRole) -> None:
    for key in ("5599987654321", "5599987654322", "5511987654321"):
        called(key)
    called("5599987654321", days=8)
    client = as_role(Role.OPERATOR)
    for kind in ("route", "tariff"):
        assert "2 of 3 outgoing calls" in shown(client, of=kind, pattern="5599")


@pytest.mark.slow(seconds=0.3)
def test_other_routes_come_by_priority_and_other_tariffs_by_length(as_role: AsRole) -> None:
    later, first = (RouteFactory.create(pattern=pattern, priority=p) for pattern, p in (("_0.", 9), ("_011.", 2)))
    off = RouteFactory.create(pattern="_0119.", enabled=False)
    abroad = RouteFactory.create(pattern="_00.")
    own = RouteFactory.create(pattern="_0119XXXXXXXX")
    short, long = TariffFactory.create(pattern="55"), TariffFactory.create(pattern="551198")
    ended = TariffFactory.create(pattern="5511", effective_until=timezone.now() - timedelta(days=1))
    code = TariffFactory.create(pattern="190", matches="code")
    text = shown(as_role(Role.OPERATOR), of="route", pattern="_0119XXXXXXXX", besides=str(own.pk))
    for before, after in ((first, later), (long, short)):
        assert text.index(page_of(before)) < text.index(page_of(after))
    for absent in (off, abroad, own, ended, code):
        assert page_of(absent) not in text
    of_tariff = shown(as_role(Role.OPERATOR), of="tariff", pattern="551198", besides=str(long.pk))
    assert page_of(long) not in of_tariff
    assert all(page_of(other) in of_tariff for other in (short, first, own))


def test_the_pages_of_a_route_and_of_a_tariff_show_it_too(as_role: AsRole) -> None:
    client = as_role(Role.OPERATOR)
    for made, kind in (
        (RouteFactory.create(pattern="_0119."), "route"),
        (TariffFactory.create(pattern="55"), "tariff"),
    ):
        text = client.get(page_of(made)).content.decode()
        address = text.partition(reverse("reports:pattern"))[2].partition('"')[0].replace("&amp;", "&")
        shown_there = client.get(reverse("reports:pattern") + address).content.decode()
        assert f"of={kind}" in address
        assert "Does not match" in shown_there
        assert '<section class="panel">' in shown_there


@pytest.mark.slow(seconds=0.3)
def test_a_code_is_compared_with_codes(as_role: AsRole) -> None:
    code = TariffFactory.create(pattern="0800", matches="code")
    route = RouteFactory.create(pattern="_0800.")
    text = shown(as_role(Role.OPERATOR), of="route", pattern="0800")
    assert page_of(code) in text
    assert page_of(route) in text


def test_where_there_are_more_calls_than_are_looked_at_the_share_is_told(as_role: AsRole) -> None:
    keys = ["5511987654321" if place % 2 else "5521987654321" for place in range(8)]
    calls = [called(key, days=0.1 * place) for place, key in enumerate(keys, start=1)]
    mark_quarters([call.ended_at for call in calls])
    count_changed_hours()
    meaning = meaning_of_tariff("5511", "number", BRAZIL)
    exact = last_week(meaning, timezone.now())
    assert (exact.taken, exact.looked_at, exact.about) == (4, 8, None)
    share = last_week(meaning, timezone.now(), most=4)
    assert (share.taken, share.looked_at, share.calls, share.about) == (2, 4, 8, 4)


@pytest.mark.parametrize("pattern", ["", "abc", "_", "[", "_[9-0]", "5" * 61, "_5!!", "'; --"])
def test_what_is_no_pattern_yet_shows_nothing(as_role: AsRole, pattern: str) -> None:
    client = as_role(Role.OPERATOR)
    for kind in ("route", "tariff", "other"):
        assert shown(client, of=kind, pattern=pattern, besides="x", matches="y").strip() == ""


def test_patterns_that_mean_nothing_overlap_nothing() -> None:
    nothing, everything = meaning_of_route("999", BRAZIL), meaning_of_route("_X.", BRAZIL)
    assert not nothing.overlaps(everything)
    assert everything.overlaps(meaning_of_tariff("351", "", BRAZIL))


def test_only_those_who_see_routes_are_shown_them(as_role: AsRole) -> None:
    assert as_role(Role.CUSTOMER).get(reverse("reports:pattern"), {"pattern": "55"}).status_code == 403


@pytest.mark.slow(seconds=0.3)
def test_the_queries_do_not_grow_with_routes_and_tariffs(as_role: AsRole) -> None:
    client = as_role(Role.OPERATOR)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client, of="route", pattern="_0119XXXXXXXX")
        return len(captured)

    RouteFactory.create(pattern="_0.")
    TariffFactory.create(pattern="55")
    queries()
    before = queries()
    for digit in range(9):
        RouteFactory.create(pattern=f"_0119{digit}.")
        TariffFactory.create(pattern=f"55119{digit}")
    assert queries() == before
