"""Values that may reach Asterisk: what each grammar takes, and that it names what it refuses."""

import string
import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from voipadmin.core import validators
from voipadmin.core.text import grammar

NAMED = {
    "\n": "line break",
    "\r": "line break",
    "\0": "NUL",
    "\t": "tab",
    "[": "square bracket ([)",
    "]": "square bracket (])",
    ";": "semicolon (;)",
    '"': "double quote",
    "$": "dollar sign ($)",
    "{": "brace ({)",
    "\\": "backslash",
    "\x07": "U+0007",
    "\x7f": "U+007F",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u0430": "а (U+0430 CYRILLIC SMALL LETTER A)",
    "\uff41": "ａ (U+FF41 FULLWIDTH LATIN SMALL LETTER A)",
}
# As in 1ª and 2º, which are letters by their category.
ORDINALS = "ªº"
# Validator and a value that it takes.
GOOD: list[tuple[Any, str]] = [
    (validators.validate_code, "ACME-1"),
    (validators.validate_gateway_name, "GW_Vivo_SP"),
    (validators.validate_name, "Padaria São João & Filhos Ltda."),
    (validators.validate_caller_id_name, "Recepção 2"),
    (validators.validate_sip_username, "user.1+x"),
    (validators.validate_sip_secret, "aB3-._~!*%"),
    (validators.validate_extension_id, "u0123456789abcde"),
    (validators.validate_username, "ana.lima@acme"),
    (validators.e164_validator, "551140001000"),
    (validators.extension_number_validator, "1001"),
    (validators.area_validator, "11"),
    (validators.digits_validator, "1290#"),
    (validators.prefix_digits_validator, "+55"),
    (validators.currency_validator, "BRL"),
    (validators.validate_dialled_number, "+5511999990000"),
    (validators.validate_codecs, "alaw,ulaw"),
    (validators.validate_host, "sip.vivo.com.br"),
    (validators.validate_network, "203.0.113.0/29"),
    (validators.validate_pattern, "_0ZZ[2-5]XXXXXXX"),
]


def name_of(validator: Any) -> str:
    return str(getattr(validator, "grammar_name", "") or validator.__name__)


IDS = [name_of(validator) for validator, _value in GOOD]
# The pattern's grammar has brackets.
REFUSED = [
    pytest.param(validator, value, character, id=f"{name_of(validator)}-U+{ord(character):04X}")
    for validator, value in GOOD
    for character in NAMED
    if not (validator is validators.validate_pattern and character in "[]")
]


@pytest.mark.parametrize(("validator", "value"), GOOD, ids=IDS)
def test_a_good_value_is_taken(validator: Any, value: str) -> None:
    validator(value)


@pytest.mark.parametrize(("validator", "value", "character"), REFUSED)
def test_a_forbidden_character_anywhere_is_refused_by_its_name(validator: Any, value: str, character: str) -> None:
    for place in (0, len(value) // 2, len(value)):
        with pytest.raises(ValidationError) as refusal:
            validator(value[:place] + character + value[place:])
        assert NAMED[character] in refusal.value.messages[0]
        assert f"position {place + 1}" in refusal.value.messages[0]


def test_only_the_patterns_grammar_has_brackets() -> None:
    having = {validator for validator, _value in GOOD if _takes(validator, "[")}
    assert {getattr(validator, "__name__", "") for validator in having} == {"validate_pattern"}


def _takes(validator: Any, character: str) -> bool:
    try:
        validator(f"_{character}1]X")
    except ValidationError:
        return False
    return True


@given(st.text(max_size=12))
@pytest.mark.parametrize("validator", [validator for validator, _value in GOOD], ids=IDS)
def test_whatever_is_taken_holds_nothing_that_asterisks_files_give_a_meaning(validator: Any, text: str) -> None:
    try:
        validator(text)
    except ValidationError:
        return
    forbidden = set('\n\r\0;{}$"\\') | (set() if validator == validators.validate_pattern else set("[]"))
    assert not set(text) & forbidden
    assert all(character.isprintable() for character in text)


@given(st.characters(exclude_characters=string.ascii_letters + string.digits + "_-"), st.integers(0, 8))
def test_a_code_names_every_character_that_it_refuses(character: str, place: int) -> None:
    with pytest.raises(ValidationError) as refusal:
        validators.validate_code(f"{'A' * place}{character}B")
    message = refusal.value.messages[0]
    named = grammar.CHARACTERS[character][0] if character in grammar.CHARACTERS else None
    assert message.startswith(named) if named else (character in message or f"U+{ord(character):04X}" in message)
    assert f"position {place + 1}" in message


@given(st.text(st.characters(categories=["Ll", "Lu", "Lo", "Nd"]), min_size=1, max_size=20))
@pytest.mark.slow(seconds=0.3)
def test_letters_of_other_alphabets_never_pass_in_names(text: str) -> None:
    foreign = any(not unicodedata.name(c, "").startswith(("LATIN", "DIGIT")) for c in text if c not in ORDINALS)
    try:
        validators.validate_name(text)
    except ValidationError:
        return
    assert not foreign


@pytest.mark.parametrize(
    "pattern", ["190", "_0ZZXXXXXXXX", "_00.", "_X.", "_+55X.", "_[1-57]N!", "_011[2-5]XXXXXXX", "_[19]X"]
)
def test_asterisk_patterns_are_taken(pattern: str) -> None:
    validators.validate_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("0ZZ.", "starts with an underscore"),
        ("190.", "starts with an underscore"),
        ("_", "use digits"),
        ("_.", "use digits"),
        ("_X.X", "use digits"),
        ("_[5-1]X", "rising ranges"),
        ("_[]X", "use digits"),
        ("_[1-]X", "rising ranges"),
        ("_[12X", "use digits"),
        ("_0zz.", "z at position 3"),
        ("_0Z-Z.", "use digits"),
        ("_X,1,NoOp", "comma (,)"),
        ("_${EXTEN}", "dollar sign"),
        ("", "1 to 60"),
        ("_" + "X" * 60, "use digits"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(ValidationError, match=r".") as refusal:
        validators.validate_pattern(pattern)
    assert why in refusal.value.messages[0] or (len(pattern) > 60 and "1 to 60" in refusal.value.messages[0])


@pytest.mark.parametrize(("pattern", "digits"), [("190", 3), ("_0ZZ.", 4), ("_00!", 2), ("_[1-5]X", 2)])
def test_the_shortest_match_of_a_pattern_is_known(pattern: str, digits: int) -> None:
    assert grammar.shortest_match(pattern) == digits


@pytest.mark.parametrize(
    "name",
    [
        "anonymous",
        "General",
        "global",
        "system",
        "gen-12",
        "transport-udp",
        "tpl-x",
        "u0123456789abcde",
        "U" + "A" * 15,
    ],
)
def test_names_that_asterisk_or_the_generated_files_use_are_refused_for_gateways(name: str) -> None:
    with pytest.raises(ValidationError, match="names something else in Asterisk"):
        validators.validate_gateway_name(name)


@pytest.mark.parametrize("codecs", ["mp3", "alaw,mp3", "ALAW", ",", "alaw;ulaw"])
def test_unknown_codecs_are_refused(codecs: str) -> None:
    with pytest.raises(ValidationError):
        validators.validate_codecs(codecs)


def test_a_repeated_codec_is_refused() -> None:
    with pytest.raises(ValidationError, match="once"):
        validators.validate_codecs("alaw, alaw")


def test_free_text_takes_line_breaks_but_nothing_unseen() -> None:
    validators.validate_text("first\r\nsecond\twith ; and [x]")
    with pytest.raises(ValidationError, match="position 2"):
        validators.validate_text("a\x1bb")


def test_the_message_says_why_and_what_is_allowed() -> None:
    with pytest.raises(ValidationError) as refusal:
        validators.validate_code("a;b")
    assert refusal.value.messages == [
        "semicolon (;) at position 2 is not allowed: it begins a comment in Asterisk's files. "
        "Allowed: letters without accents, digits, - and _."
    ]
