"""Model validators: they say which character or part is wrong and why, in words of an operator."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from voipadmin.core.text import addresses, grammar


def character_error(position: int, character: str, allowed: str = "") -> ValidationError:
    """Return the error for a character outside its set: its name, its place, why, and what is allowed."""
    reason = grammar.why_refused(character)
    sentences = [_("%(character)s at position %(position)s is not allowed.")]
    if reason:
        sentences = [_("%(character)s at position %(position)s is not allowed: %(reason)s.")]
    if allowed:
        sentences.append(_("Allowed: %(allowed)s."))
    return ValidationError(
        format_lazy(" ".join(["{}"] * len(sentences)), *sentences),
        code="character",
        params={
            "character": _shown(character),
            "position": position,
            "reason": _(reason) if reason else "",
            "allowed": _(allowed) if allowed else "",
        },
    )


def _shown(character: str) -> Any:
    described = grammar.describe_character(character)
    name = grammar.CHARACTERS.get(character, ("", ""))[0]
    return format_lazy("{}{}", _(name), described.removeprefix(name)) if name else described


@deconstructible
class GrammarValidator:
    """Refuse a value outside a grammar of `voipadmin.core.text.grammar`: first the character, then length and shape."""

    def __init__(self, grammar_name: str) -> None:
        self.grammar_name = grammar_name

    def __call__(self, value: str) -> None:
        """Raise ValidationError where `value` does not fit."""
        rule: grammar.Grammar = getattr(grammar, self.grammar_name)
        offence = rule.offending_character(value)
        if offence is not None:
            raise character_error(*offence, allowed=rule.allowed)
        if rule.has_shape(value):
            return
        if rule.expected:
            raise ValidationError(_(rule.expected), code=self.grammar_name.lower())
        raise ValidationError(
            _("Use %(minimum)s to %(maximum)s characters."),
            code="length",
            params={"minimum": rule.minimum, "maximum": rule.maximum},
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GrammarValidator) and self.grammar_name == other.grammar_name

    def __hash__(self) -> int:
        return hash(self.grammar_name)


validate_code = GrammarValidator("CODE")
validate_name = GrammarValidator("NAME")
validate_caller_id_name = GrammarValidator("CALLER_ID_NAME")
validate_sip_username = GrammarValidator("SIP_USERNAME")
validate_sip_secret = GrammarValidator("SIP_SECRET")
validate_username = GrammarValidator("USERNAME")
validate_extension_id = GrammarValidator("EXTENSION_ID")
validate_dialled_number = GrammarValidator("DIALLED_NUMBER")
e164_validator = GrammarValidator("E164")
area_validator = GrammarValidator("AREA")
extension_number_validator = GrammarValidator("EXTENSION_NUMBER")
digits_validator = GrammarValidator("TECH_PREFIX")
prefix_digits_validator = GrammarValidator("PREFIX_DIGITS")
currency_validator = GrammarValidator("CURRENCY")


def validate_text(value: str) -> None:
    """Refuse control characters in free text; line breaks and tabs are fine, it never reaches Asterisk."""
    for position, character in enumerate(value, start=1):
        if not character.isprintable() and character not in "\n\r\t":
            raise character_error(position, character)


def validate_pattern(value: str) -> None:
    """Refuse what is no Asterisk extension pattern."""
    GrammarValidator("PATTERN")(value)
    reason = grammar.pattern_error(value)
    if reason:
        raise ValidationError(
            _("“%(value)s” is not a pattern: %(fault)s."), code="pattern", params={"value": value, "fault": _(reason)}
        )


def validate_host(value: str) -> None:
    """Refuse what is neither an address nor a host name, and addresses that no carrier can have."""
    GrammarValidator("HOST")(value)
    addresses.check_host(value)


def validate_network(value: str) -> None:
    """Refuse what is neither an IP address nor a network such as 203.0.113.0/29."""
    GrammarValidator("NETWORK")(value)
    addresses.check_network(value)


def validate_gateway_name(value: str) -> None:
    """Refuse a name outside the grammar of codes, and those that name something else in Asterisk."""
    validate_code(value)
    if grammar.is_reserved_id(value):
        raise ValidationError(
            _("“%(value)s” names something else in Asterisk. Choose another, such as GW_Vivo_SP."),
            code="reserved",
            params={"value": value},
        )


def validate_codecs(value: str) -> None:
    """Refuse unknown or repeated codecs in a comma-separated list."""
    GrammarValidator("CODEC_LIST")(value)
    codecs = grammar.split_codecs(value)
    unknown = [codec for codec in codecs if codec not in grammar.CODECS]
    if unknown or not codecs:
        raise ValidationError(
            _("Unknown codec “%(codec)s”. Choose from %(known)s, separated by commas."),
            code="codec",
            params={"codec": ", ".join(unknown) or value, "known": ", ".join(grammar.CODECS)},
        )
    if len(set(codecs)) != len(codecs):
        raise ValidationError(_("Each codec may be named once."), code="codec_repeated")
