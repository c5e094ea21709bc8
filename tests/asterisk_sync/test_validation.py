"""Every fault that Asterisk would take with `Success` is refused before the disk."""

from typing import Any
from uuid import uuid4

import pytest

from asterisk_sync.ami.sip_options import UdpTransport, _sections, _transport, sip_answers
from asterisk_sync.generations.validation import RefusedError, validate
from asterisk_sync.reload.value_comparison import value_differences
from asterisk_sync.rendering.files import FILE_NAMES, seal
from asterisk_sync.rendering.parser import PjsipObject
from asterisk_sync.snapshot.values import DIDSnapshot, Snapshot
from tests.core.numbers.plans import BRAZIL

GOOD = {
    "pjsip_gateways.conf": "[GW_A]\ntype=endpoint\ncontext=from-trunk\naors=GW_A\n\n[GW_A]\ntype=aor\n",
    "pjsip_customer_trunks.conf": "",
    "pjsip_extensions.conf": "[u1]\ntype=endpoint\ncontext=from-internal\nauth=u1\n\n[u1]\ntype=auth\nusername=u1\n",
    "extensions_routes.conf": "[from-internal]\ninclude => from-trunk\nexten => 10,1,Goto(end,s,1)\n\n[end]\n"
    "exten => s,1,Hangup(1)\n",
    "extensions_dids.conf": "[from-trunk]\nexten => 551140001000,1,Gosub(end,s,1(${EXTEN}))\n",
}


def sealed(**changes: str) -> dict[str, str]:
    """Return the good set with the bodies of some files replaced; a file is named by its last word."""
    bodies = dict(GOOD)
    for word, body in changes.items():
        bodies[next(name for name in FILE_NAMES if name.endswith(f"_{word}.conf"))] = body
    return {name: seal(name, body, 1) for name, body in bodies.items()}


def refusal(files: dict[str, str], snapshot: Snapshot | None = None) -> str:
    with pytest.raises(RefusedError) as refused:
        validate(files, snapshot)
    return str(refused.value)


def test_a_good_set_says_what_has_to_be_live() -> None:
    wanted = validate(sealed(), None)
    assert wanted.names("endpoint") == {"GW_A", "u1"}
    assert {str(line) for line in wanted.steps()} >= {"10@from-internal", "551140001000@from-trunk", "s@end"}


def test_a_missing_file_is_refused() -> None:
    files = sealed()
    del files["extensions_dids.conf"]
    assert "extensions_dids.conf" not in refusal(files)


def test_a_syntax_error_is_refused_with_file_and_line() -> None:
    assert "extensions_routes.conf, line" in refusal(sealed(routes="[from-internal\n"))


@pytest.mark.parametrize(
    ("word", "body", "named"),
    [
        ("gateways", GOOD["pjsip_gateways.conf"].replace("[GW_A]\ntype=aor", "[GW_B]\ntype=aor"), "GW_A"),
        ("extensions", GOOD["pjsip_extensions.conf"].replace("auth=u1", "auth=u2"), "u2"),
        ("extensions", GOOD["pjsip_extensions.conf"].replace("from-internal", "from-nowhere"), "from-nowhere"),
        ("trunks", "[trunk]\ntype=identify\nendpoint=trunk.X\nmatch=198.18.0.1\n", "trunk.X"),
        ("trunks", "[GW_A]\ntype=aor\n", "GW_A"),
        ("dids", "[from-trunk]\nexten => 1,1,Hangup(1)\n\n[end]\nexten => s,1,Hangup(1)\n", "end"),
        ("routes", GOOD["extensions_routes.conf"].replace("include => from-trunk", "include => lost"), "lost"),
        ("routes", GOOD["extensions_routes.conf"].replace("Goto(end,s,1)", "Goto(end,t,1)"), "end,t,1"),
        ("routes", GOOD["extensions_routes.conf"].replace("Goto(end,s,1)", "Goto(lost,s,1)"), "lost,s,1"),
    ],
)
def test_what_names_something_that_is_not_there_or_is_there_twice_is_refused(word: str, body: str, named: str) -> None:
    assert named in refusal(sealed(**{word: body}))


def test_a_file_without_its_marker_is_refused() -> None:
    files = sealed()
    files["extensions_dids.conf"] = files["extensions_dids.conf"].replace("exten => gen-", "exten => nog-")
    assert "extensions_dids.conf" in refusal(files)


def test_an_object_of_the_snapshot_that_is_not_in_the_files_is_refused() -> None:
    number = DIDSnapshot(id=uuid4(), number="551140009999", gateway="", customer="X", destination="trunk")
    assert "551140009999" in refusal(sealed(), Snapshot(plan=BRAZIL, dids=(number,)))


@pytest.mark.parametrize(
    ("option", "header", "value"),
    [
        (("allow", "alaw,g722"), "Allow", "(alaw|g722)"),
        (("match", "203.0.113.8/29"), "Match", "203.0.113.8/255.255.255.248"),
        (("match", "198.18.0.1:5070"), "Match", "198.18.0.1:5070/255.255.255.255"),
        (("match", "2001:db8::/64"), "Match", "2001:db8::/ffff:ffff:ffff:ffff::"),
        (("callerid", "Ana <1001>"), "Callerid", '"Ana" <1001>'),
        (("callerid", "<1001>"), "Callerid", "1001"),
        (("contact", "sip:198.18.0.1:5060"), "Contacts", "GW_A/sip:198.18.0.1:5060,"),
        (("max_contacts", "3"), "MaxContacts", "3"),
        (("username", "nan"), "Username", "nan"),
        (("identify_by", "ip,username"), "IdentifyBy", "username,ip"),
    ],
)
def test_one_value_in_two_ways_of_writing_is_one_value(option: tuple[str, str], header: str, value: str) -> None:
    wanted = PjsipObject("endpoint", "GW_A", (option,))
    assert value_differences(wanted, {header: value}) == []
    assert value_differences(wanted, {header: "(other)"})


def test_a_wrong_password_is_found_and_not_shown() -> None:
    wanted = PjsipObject("auth", "u1", (("password", "right-secret"),))
    (line,) = value_differences(wanted, {"Password": "wrong-secret"})
    assert "u1" in line
    assert "secret" not in line


def test_the_transport_is_found_as_this_machine_reaches_it() -> None:
    text = "[t]\ntype = transport ; a comment\nprotocol = udp\nbind = 0.0.0.0:5062\n"
    assert _sections(text)[1]["bind"] == "0.0.0.0:5062"
    assert _transport("0.0.0.0:5062") == UdpTransport("127.0.0.1", 5062)
    assert _transport("[::]:5060") is None
    assert not sip_answers(UdpTransport("127.0.0.1", 9))


@pytest.mark.parametrize("address", ["169.254.169.254", "127.0.0.1/32", "[::1]"])
def test_a_peer_that_is_this_machine_is_refused_whatever_wrote_its_row(address: str, settings: Any) -> None:
    settings.ALLOWED_SPECIAL_NETWORKS = []
    peer = f"\n[GW_A]\ntype=identify\nendpoint=GW_A\nmatch={address.strip('[]')}\n"
    assert "identify GW_A" in refusal(sealed(gateways=GOOD["pjsip_gateways.conf"] + peer))
