"""What Asterisk sends to the authorizer, some of it written by callers."""

import pytest

from asterisk_sync.authorizer.fastagi import parse_head

HEAD = (
    "agi_network_script: authorize\nagi_channel: PJSIP/trunk.ACME-1\nagi_uniqueid: 1700000000.1\n"
    "agi_calleridname: {name}\nagi_arg_1: node\nagi_arg_2: customer\n\n"
)


@pytest.mark.parametrize("line_end", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_a_callers_name_is_no_second_request(line_end: str) -> None:
    name = f"x{line_end}agi_uniqueid: 1.1{line_end}agi_network_script: ended{line_end}agi_arg_2: another"
    request = parse_head(HEAD.format(name=name))
    assert (request.script, request.uniqueid) == ("authorize", "1700000000.1")
    assert request.arguments == ("node", "customer")


def test_what_is_no_request_is_refused() -> None:
    with pytest.raises(ValueError, match="FastAGI"):
        parse_head("agi_channel: PJSIP/x\n\n")
