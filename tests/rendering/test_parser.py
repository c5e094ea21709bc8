"""The strict reader refuses what Asterisk would cut, drop or misread."""

import pytest

from asterisk_sync.rendering.parser import ConfigSyntaxError, parse_dialplan, parse_pjsip, parse_sections


@pytest.mark.parametrize(
    "text",
    [
        "[a]\ntype=aor",
        "key=value\n",
        "[a\ntype=aor\n",
        "[a]b\n",
        "[a](+)\ntype=aor\n",
        "[a]\n#include x\n",
        "[a]\ntype=aor ; comment\n",
        ";-- block\n",
        "[a]\n type=aor\n",
        "[a]\ntype=>aor\x07\n",
        "[a]\ntype=" + "x" * 9000 + "\n",
        "[" + "a" * 80 + "]\n",
        "[a]\njust words\n",
    ],
)
def test_text_out_of_the_ordinary_is_refused(text: str) -> None:
    with pytest.raises(ConfigSyntaxError):
        parse_sections(text)


@pytest.mark.parametrize(
    "text",
    [
        "[a](missing)\ntype=aor\n",
        "[a]\ncontact=x\n",
        "[a]\ntype=aor\n[a]\ntype=aor\n",
        "[t](!)\na=1\n[t](!)\na=2\n",
    ],
)
def test_objects_that_asterisk_would_drop_or_freeze_are_refused(text: str) -> None:
    with pytest.raises(ConfigSyntaxError):
        parse_pjsip(text)


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nexten => 1,1,NoOp()\n[a]\nexten => 2,1,NoOp()\n",
        "[a]\nexten => 1,1,NoOp()\nexten => 1,1,NoOp()\n",
        "[a]\nexten => 1,2,NoOp()\n",
        "[a]\nsame => n,NoOp()\n",
        "[a]\nexten => 1,1,NoOp(\n",
        "[a]\nswitch => x\n",
    ],
)
def test_a_dialplan_that_would_not_be_what_was_written_is_refused(text: str) -> None:
    with pytest.raises(ConfigSyntaxError):
        parse_dialplan(text)


def test_templates_give_their_options_in_order_and_an_escaped_semicolon_is_one() -> None:
    text = "[t](!)\nallow=alaw\n[a](t)\ntype=aor\ncontact=sip:a:1\\;transport=tcp\nallow=ulaw\n"
    item = parse_pjsip(text)[0]
    assert item.values("allow") == ["alaw", "ulaw"]
    assert item.value("contact") == "sip:a:1;transport=tcp"


def test_steps_keep_their_labels_and_includes_their_order() -> None:
    context = parse_dialplan("[a]\nexten => _X.,1,Set(A=1)\nsame => n(end),Return()\ninclude => c\ninclude => b\n")["a"]
    assert [(step.application, step.arguments, step.label) for step in context.extensions["_X."]] == [
        ("Set", "A=1", ""),
        ("Return", "", "end"),
    ]
    assert context.includes == ["c", "b"]
