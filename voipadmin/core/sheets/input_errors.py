"""Errors in a file of rows, by row and column: stored as codes, shown as translated messages."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Message

MOST_SHOWN = 200
LONGEST_VALUE = 60

MESSAGES: dict[str, Message] = {
    "too_large": _("The file is larger than %(value)s MB."),
    "unpacks_too_large": _("Unpacked, the workbook is larger than %(value)s MB."),
    "packed_too_tightly": _("The workbook unpacks to more than %(value)s times its size; it is no price list."),
    "not_a_workbook": _("This is no readable XLSX workbook. Save it as XLSX or CSV."),
    "old_workbook": _("This is an old, encrypted or other workbook. Save it as XLSX or CSV."),
    "too_heavy": _("Reading this file takes more time or memory than any list does."),
    "long_cell": _("A cell of this row has more than %(value)s characters."),
    "too_many_cells": _("The sheet reaches further than %(value)s."),
    "encoding": _("This line is text neither in UTF-8 nor in Windows-1252: %(value)s."),
    "doubly_encoded": _("“%(value)s” was encoded twice. Save the file again as UTF-8."),
    "not_csv": _("This line cannot be read as CSV: %(value)s."),
    "empty": _("There are no rows."),
    "no_lines": _("There is no row with a prefix and a price."),
    "too_many_prefixes": _("Up to here the list names more than 2,000,000 prefixes."),
    "several_sheets": _("These sheets are lists, each by itself: %(value)s. Send them one by one."),
    "formula": _("“%(value)s” is a formula. Save the list with values only."),
    "prefix_missing": _("There is a price but no prefix."),
    "prefix": _("“%(value)s” is no prefix."),
    "prefix_range": _("“%(value)s” is no range of prefixes of equal length, from the lower to the higher."),
    "prefix_range_large": _("“%(value)s” has more than 10,000 prefixes."),
    "country_code": _("“%(value)s” is no country code."),
    "price_missing": _("The prefix has no price."),
    "number": _("“%(value)s” is no amount."),
    "negative": _("“%(value)s” is below zero."),
    "amount_small": _("“%(value)s” is too small: a price has six decimals."),
    "amount_large": _("“%(value)s” is too large for a price."),
    "decimal_mixed": _("“%(value)s” has another decimal sign than rows before it."),
    "blocks": _("“%(value)s” is no initial block and increment, such as 60/60 or 1+1."),
    "seconds": _("“%(value)s” is no number of seconds up to 3600."),
    "date": _("“%(value)s” is no date."),
    "date_range": _("The date “%(value)s” is too far away."),
    "date_mixed": _("“%(value)s” has day and month in another order than rows before it."),
    "change": _("“%(value)s” is no change that is known: new, increase, decrease, delete, blocked."),
    "flag": _("“%(value)s” is neither yes nor no."),
    "ends_before": _("The end, “%(value)s”, is before the beginning."),
    "currency": _("“%(value)s” is another currency than the deck's."),
    "doubled": _("%(value)s stands here with another price than in row %(other)s, from the same day."),
}


@dataclass(frozen=True, slots=True)
class InputError:
    """One error in a file, or a question about it; row and column are those of the file, 0 and empty for all of it."""

    code: str
    row: int = 0
    column: str = ""
    value: str = ""
    other: int = 0
    # What the value could be, where that is said.
    readings: str = ""

    def kept(self) -> dict[str, Any]:
        """Return the error as it is stored."""
        kept = asdict(self) | {"value": self.value[:LONGEST_VALUE]}
        return kept if self.readings else {name: value for name, value in kept.items() if name != "readings"}


class CellError(ValueError):
    """A cell cannot be read; `code` is one of MESSAGES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FileError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, code: str, *, row: int = 0, column: str = "", value: str = "") -> None:
        super().__init__(code)
        self.error = InputError(code, row, column, value)


def column_letter(index: int) -> str:
    """Return what spreadsheets call a column: A for 0, AA for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the place of a column from 0 by its capital letters: 0 for A, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def message_of(kept: Mapping[str, Any], messages: Mapping[str, Message] = MESSAGES) -> Message:
    """Return a stored error in the reader's language; `messages` adds a caller's own codes to MESSAGES."""
    text = messages.get(kept["code"]) or MESSAGES.get(kept["code"], kept["code"])
    return str(text) % {name: kept.get(name, "") for name in ("value", "other", "readings")}
