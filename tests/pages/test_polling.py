"""Parts that are polled: who gets an address, what it answers, and for how many one answer is good."""

import gzip
import re
import time
from typing import Any

import pytest
from django.test import Client

from tests.factories.asterisk_sync import NodeFactory
from tests.pages.test_calls_up import PAGE, _fresh, a_call, client_of, tell, text_of
from voipadmin.core.polling import parts
from voipadmin.core.polling.serving import with_polling
from voipadmin.users.roles import Role

pytestmark = pytest.mark.django_db
__all__ = ["_fresh"]
ADDRESSES = "/live/addresses/"
CALLS, BURN, STATE = "/live/calls/poll/", "/live/burn/", "/sync/indicator/poll/"


def test_a_poll_needs_no_session_and_answers_what_is_known_with_304() -> None:
    node = NodeFactory.create()
    tell(node, a_call(1))
    page = text_of(client_of(Role.ADMIN).get(PAGE))
    [address] = re.findall(r'data-poll="([^"]+)"', page)
    stranger = Client()
    first = stranger.get(address)
    assert first.status_code == 200
    assert "call-" in text_of(first)
    assert first["Cache-Control"] == "private, no-store"
    again = stranger.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert stranger.get(f"{address}x").status_code == 404
    assert stranger.post(address).status_code == 405


def test_an_old_address_is_none_and_who_is_logged_in_gets_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(Role.ADMIN)
    poll = client.get("/live/calls/poll/").json()["poll"]
    assert Client().get(poll).status_code == 200
    monkeypatch.setattr(parts, "VALID_SECONDS", -1)
    parts._kept.addresses.clear()
    assert Client().get(poll).status_code == 404
    assert Client().get("/live/calls/poll/").status_code == 302


def test_polls_are_answered_in_front_of_django_with_as_few_queries_as_viewers_allow(
    django_assert_num_queries: Any,
) -> None:
    node = NodeFactory.create()
    tell(node, a_call(1))
    poll = client_of(Role.ADMIN).get("/live/calls/poll/").json()["poll"]
    asked: list[str] = []

    def panel(environ: dict[str, Any], _start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        return [b"django"]

    serve = with_polling(panel)
    told: list[tuple[str, dict[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        told.append((status, dict(headers)))

    environ = {"PATH_INFO": poll, "REQUEST_METHOD": "GET"}
    with django_assert_num_queries(1):
        bodies = [b"".join(serve(environ, start)) for _viewer in range(50)]
    assert len(set(bodies)) == 1
    assert told[0][0] == "200 OK"
    assert b"".join(serve({**environ, "HTTP_IF_NONE_MATCH": told[0][1]["ETag"]}, start)) == b""
    assert told[-1][0] == "304 Not Modified"
    assert list(serve({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, start)) == [b"django"]
    assert asked == ["/"]


def test_all_who_may_see_the_same_have_one_address_in_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SHARED_SECONDS", 10**9)
    first, second, admin = client_of(Role.OPERATOR), client_of(Role.OPERATOR), client_of(Role.FINANCE)
    address = first.get(CALLS).json()["poll"]
    assert second.get(CALLS).json()["poll"] == address
    assert first.get(f"{CALLS}?number=55").json()["poll"] != address
    assert admin.get(CALLS).json()["poll"] != address


def test_an_answer_is_packed_and_kept_by_the_proxy_until_the_part_is_drawn_again() -> None:
    tell(NodeFactory.create(), a_call(1))
    address = client_of(Role.ADMIN).get(CALLS).json()["poll"]
    plain = Client().get(address)
    packed = Client().get(address, headers={"Accept-Encoding": "gzip, br"})
    assert (packed["Content-Encoding"], packed["ETag"]) == ("gzip", plain["ETag"])
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in packed["Vary"]
    until = int(packed["X-Accel-Expires"].removeprefix("@"))
    assert until < time.time() + 2


def test_the_parts_of_a_page_get_their_next_addresses_together() -> None:
    tell(NodeFactory.create(), a_call(1))
    filtered = f"{CALLS}?number=55119"
    polls = client_of(Role.OPERATOR).get(ADDRESSES, {"of": [filtered, BURN, STATE]}).json()["polls"]
    assert set(polls) == {filtered, BURN, STATE}
    assert [Client().get(address).status_code for address in polls.values()] == [200, 200, 200]
    address = parts.read_address(polls[filtered].removeprefix(parts.PREFIX))
    assert address is not None
    assert address.values["filters"] == {"number": "55119"}


@pytest.mark.parametrize(
    "path", ["/customers/", "/live/calls/", "/nowhere/", "//[", "", "https://example.com/live/burn/x"]
)
def test_only_views_that_give_an_address_are_asked_for_one(path: str) -> None:
    assert client_of(Role.ADMIN).get(ADDRESSES, {"of": path}).json() == {"polls": {path: None}}


def test_who_may_not_see_a_part_gets_no_address_of_it() -> None:
    polls = client_of(Role.CUSTOMER).get(ADDRESSES, {"of": [CALLS, STATE]}).json()["polls"]
    assert polls[STATE] is None
    assert Client().get(ADDRESSES, {"of": CALLS}).status_code == 302
    assert client_of(Role.ADMIN).post(ADDRESSES, {"of": CALLS}).status_code == 405
