"""Reasons of stops, which the authorizer writes down in English, as people read them in their language.

What is written is kept: the API and the audit tell it as it was. A text that this module does not know, such as one of
another release or one cut at its end, is shown as far as it is known, and the rest as it is written.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voipadmin.core.text.decimals import decimals_of, format_money

_RULE = re.compile(r"(?P<rule>cap|velocity)(?: \((?P<detail>[^)]*)\))?: (?P<call>.*)", re.DOTALL)
_CAP = re.compile(r"cap per (?P<period>hour|day)")
_TO_RANGE = re.compile(r"(?P<count>\d+) calls a minute to (?P<range>\d+), limit (?P<limit>\d+)")
_LACKING = re.compile(r"(?P<left>-?\d{1,20}(?:\.\d{1,12})?) < (?P<least>-?\d{1,20}(?:\.\d{1,12})?)")
_LOSS = re.compile(r"(?P<amount>-?\d{1,20}(?:\.\d{1,12})?) (?P<currency>[A-Z]{3}) / (?P<seconds>\d{1,9}) s")
_NUMBERS = re.compile(r"(?P<count>\d+) numbers abroad a minute, limit (?P<limit>\d+)")
_SPENT = re.compile(
    r"last (?P<period>hour|day): (?P<settled>-?[\d.]+) settled and (?P<held>-?[\d.]+) held of (?P<cap>-?[\d.]+)"
    r" (?P<currency>[A-Z]{3})"
)
UNKNOWN_CALLER = "?"


def reason_in_words(reason: str) -> str:
    """Return why an account was stopped in the active language: the rule, the call, and what was spent of each cap."""
    why, _semicolon, spending = reason.partition("; ")
    return " ".join([_rule(why), *(_spent(part) for part in spending.split(", ") if part)])


def detail_in_words(detail: str, currency: str = "") -> str:
    """Return the velocity rule that a call broke, or the money that it lacked, in the active language.

    `currency` is that of the account. Another detail, such as a number or a country, is returned as it is written.
    """
    if found := _LACKING.fullmatch(detail):
        words = {name: format_money(Decimal(found[name]), currency) for name in ("left", "least")}
        return _("%(left)s left, the shortest call costs %(least)s") % words
    if found := _LOSS.fullmatch(detail):
        words = {"amount": format_money(Decimal(found["amount"]), found["currency"]), "seconds": found["seconds"]}
        return _("sold for %(amount)s in %(seconds)s s, which is less than it costs") % words
    if found := _TO_RANGE.fullmatch(detail):
        count = int(found["count"])
        return ngettext(
            "%(count)d call a minute to numbers that begin with %(range)s, the limit is %(limit)d",
            "%(count)d calls a minute to numbers that begin with %(range)s, the limit is %(limit)d",
            count,
        ) % {"count": count, "range": found["range"], "limit": int(found["limit"])}
    if found := _NUMBERS.fullmatch(detail):
        count = int(found["count"])
        return ngettext(
            "%(count)d number abroad a minute, the limit is %(limit)d",
            "%(count)d numbers abroad a minute, the limit is %(limit)d",
            count,
        ) % {"count": count, "limit": int(found["limit"])}
    return detail


def _rule(why: str) -> str:
    if found := _CAP.fullmatch(why):
        return _("The cap per hour was reached.") if found["period"] == "hour" else _("The cap per day was reached.")
    found = _RULE.fullmatch(why)
    if found is None:
        return why
    if found["rule"] == "cap":
        return _("A cap was reached by %(call)s.") % {"call": _call(found["call"])}
    words = {"rule": detail_in_words(found["detail"] or "?"), "call": _call(found["call"])}
    return _("Too many calls of a kind (%(rule)s), the last one %(call)s.") % words


def _call(text: str) -> str:
    # CALLER → NUMBER, NODE; a caller may call itself whatever it likes, an arrow too.
    caller, _arrow, called = text.rpartition(" → ")
    number, comma, node = called.partition(", ")
    if not comma:
        return text
    words = {"caller": caller, "number": number, "node": node}
    if caller in {"", UNKNOWN_CALLER}:
        return _("a call to %(number)s on %(node)s") % words
    return _("a call of %(caller)s to %(number)s on %(node)s") % words


def _spent(part: str) -> str:
    found = _SPENT.fullmatch(part)
    if found is None:
        return part
    currency = found["currency"]
    sums = {
        name: format_money(Decimal(found[name]), currency, decimals_of(currency)) for name in ("settled", "held", "cap")
    }
    if found["period"] == "hour":
        return _("In the last hour: %(settled)s settled and %(held)s held, of %(cap)s.") % sums
    return _("In the last day: %(settled)s settled and %(held)s held, of %(cap)s.") % sums
