"""Model validators: they say which character or part is wrong, in words of an operator."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from voipadmin.core import grammar

e164_validator = RegexValidator(
    r"\A[1-9][0-9]{6,14}\Z",
    _("Enter the number in E.164 without the plus: country code, area code and number, 7 to 15 digits."),
    "e164",
)
extension_number_validator = RegexValidator(
    r"\A[0-9]{2,10}\Z", _("An extension number has 2 to 10 digits."), "extension_number"
)
digits_validator = RegexValidator(r"\A\+?[0-9*#]{0,20}\Z", _("Use digits only (at most 20)."), "digits")
prefix_digits_validator = RegexValidator(r"\A\+?[0-9]{0,20}\Z", _("Use digits only (at most 20)."), "digits")
currency_validator = RegexValidator(r"\A[A-Z]{3}\Z", _("Enter a currency of ISO 4217, such as BRL."), "currency")


@deconstructible
class GrammarValidator:
    """Refuse a value with a character outside its grammar and name that character."""

    def __init__(self, grammar_name: str) -> None:
        self.grammar_name = grammar_name

    def __call__(self, value: str) -> None:
        rule: grammar.Grammar = getattr(grammar, self.grammar_name)
        offence = rule.offending_character(value)
        if offence is not None:
            position, character = offence
            raise ValidationError(
                _("The character “%(character)s” at position %(position)s is not allowed here."),
                code="character",
                params={"character": grammar.describe_character(character), "position": position},
            )
        if not rule.minimum <= len(value) <= rule.maximum:
            raise ValidationError(
                _("Use %(minimum)s to %(maximum)s characters."),
                code="length",
                params={"minimum": rule.minimum, "maximum": rule.maximum},
            )

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, GrammarValidator) and self.grammar_name == other.grammar_name

    def __hash__(self) -> int:
        return hash(self.grammar_name)


validate_code = GrammarValidator("CODE")
validate_name = GrammarValidator("NAME")
validate_caller_id_name = GrammarValidator("CALLER_ID_NAME")
validate_sip_username = GrammarValidator("SIP_USERNAME")
validate_sip_secret = GrammarValidator("SIP_SECRET")


def validate_text(value: str) -> None:
    """Refuse control characters in free text; line breaks and tabs are fine, it never reaches Asterisk."""
    for position, character in enumerate(value, start=1):
        if not character.isprintable() and character not in "\n\r\t":
            raise ValidationError(
                _("The character “%(character)s” at position %(position)s is not allowed here."),
                code="character",
                params={"character": grammar.describe_character(character), "position": position},
            )


def validate_pattern(value: str) -> None:
    """Refuse what is no Asterisk extension pattern."""
    fault = grammar.pattern_fault(value)
    if fault:
        raise ValidationError(
            _("“%(value)s” is not a pattern: %(fault)s."), code="pattern", params={"value": value, "fault": _(fault)}
        )


def validate_host(value: str) -> None:
    """Refuse what is neither an address nor a host name, and addresses that no carrier can have."""
    if not grammar.is_host(value):
        raise ValidationError(
            _("“%(value)s” is neither an IP address nor a host name."), code="host", params={"value": value}
        )
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        if value.rstrip(".").lower() == "localhost":
            _refuse_special(value)
        return
    _check_address(ipaddress.ip_network(address))


def validate_network(value: str) -> None:
    """Refuse what is neither an IP address nor a network such as 203.0.113.0/29."""
    try:
        network = ipaddress.ip_network(value)
    except ValueError as error:
        raise ValidationError(
            _("“%(value)s” is neither an IP address nor a network such as 203.0.113.0/29."),
            code="network",
            params={"value": value},
        ) from error
    if network.num_addresses > 65_536:
        raise ValidationError(_("A network may hold at most 65,536 addresses (/16)."), code="network_size")
    _check_address(network)


def _check_address(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    """Refuse loopback, link-local (the metadata address among them), multicast and unspecified ranges."""
    special = network.is_loopback or network.is_link_local or network.is_multicast or network.is_unspecified
    if not special:
        return
    for allowed in map(ipaddress.ip_network, settings.ALLOWED_SPECIAL_NETWORKS):
        if isinstance(allowed, type(network)) and network.subnet_of(allowed):
            return
    _refuse_special(str(network))


def _refuse_special(value: str) -> None:
    raise ValidationError(
        _("“%(value)s” is a loopback, link-local or multicast address; none of your customers or carriers is there."),
        code="special_address",
        params={"value": value},
    )


def validate_codecs(value: str) -> None:
    """Refuse unknown or repeated codecs in a comma-separated list."""
    codecs = grammar.split_codecs(value)
    unknown = [codec for codec in codecs if codec not in grammar.CODECS]
    if unknown or not codecs:
        raise ValidationError(
            _("Unknown codec “%(codec)s”. Choose from %(known)s, separated by commas."),
            code="codec",
            params={"codec": ", ".join(unknown), "known": ", ".join(grammar.CODECS)},
        )
    if len(set(codecs)) != len(codecs):
        raise ValidationError(_("Each codec may be named once."), code="codec_repeated")


def validate_dialled_number(value: str) -> None:
    """Refuse what cannot be dialled."""
    if not grammar.is_dialled_number(value):
        raise ValidationError(_("Enter a number to dial: digits, with a plus in front if needed."), code="number")
