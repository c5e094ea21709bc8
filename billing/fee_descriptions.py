"""What a monthly fee is for: a number with its first and last day, which the ledger keeps as machines write them."""

import re
from datetime import date

from django.utils import formats

_FEE = re.compile(r"(?P<number>\d+) (?P<first>\d{4}-\d{2}-\d{2}) – (?P<last>\d{4}-\d{2}-\d{2})")


def describe_fee(number: str, first: date, last: date) -> str:
    """Return the description that the ledger keeps, which the API and programs read."""
    return f"{number} {first:%Y-%m-%d} – {last:%Y-%m-%d}"


def fee_in_words(description: str) -> tuple[str, str]:
    """Return the number of a fee and its days in the active language; what is no fee's description as (``""``, it)."""
    found = _FEE.fullmatch(description)
    try:
        days = [_day(found[name]) for name in ("first", "last")] if found else []
    except ValueError:
        days = []
    return (found["number"], " – ".join(days)) if found and days else ("", description)


def _day(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
