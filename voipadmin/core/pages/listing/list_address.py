"""What the address of a list asks for; what of it makes no sense is said, and the list is shown all the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

PAGE_SIZES = (25, 50, 100, 200)
PAGE_NUMBER = re.compile(r"[0-9]{1,7}")
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Asked:
    """One part of an address as it is used, and why something else was asked for, or nothing."""

    value: Any
    notice: str = ""


def asked_order(parameters: QueryDict, allowed: frozenset[str], usual: Sequence[str] = ()) -> Asked:
    """Return the columns to order by, with a minus where the last comes first; empty for the list's own order."""
    names = [name for name in parameters.getlist("sort") if name]
    known = [name for name in names if name.removeprefix("-") in allowed]
    if len(known) == len(names):
        return Asked(known or [name for name in usual if name.removeprefix("-") in allowed])
    strange = _quoted(next(name for name in names if name not in known))
    return Asked(known, _("This list cannot be ordered by %(name)s; it is in its usual order.") % {"name": strange})


def asked_columns(parameters: QueryDict, offered: Sequence[str], usual: Sequence[str]) -> Asked:
    """Return the columns to show, in their order: those of `columns`, with commas between, else the usual ones."""
    names = [name for name in parameters.get("columns", "").split(",") if name]
    known = [name for name in dict.fromkeys(names) if name in offered]
    strange = [name for name in names if name not in offered]
    if not strange:
        return Asked(known or list(usual))
    told = _("This list has no column %(name)s.") % {"name": _quoted(strange[0])}
    return Asked(known or list(usual), told)


def asked_page(parameters: QueryDict) -> Asked:
    """Return the number of the page, counted from 1."""
    text = parameters.get("page", "1")
    if PAGE_NUMBER.fullmatch(text) and int(text) > 0:
        return Asked(int(text))
    return Asked(1, _("There is no page %(name)s; this is the first.") % {"name": _quoted(text)})


def asked_page_size(parameters: QueryDict, usual: int = PAGE_SIZES[0]) -> Asked:
    """Return how many rows a page has, of the sizes that are offered."""
    text = parameters.get("per_page", "")
    if not text:
        return Asked(usual)
    if text in {str(size) for size in PAGE_SIZES}:
        return Asked(int(text))
    sizes = ", ".join(str(size) for size in PAGE_SIZES)
    told = _("A page has no %(name)s rows: choose one of %(sizes)s.") % {"name": _quoted(text), "sizes": sizes}
    return Asked(usual, told)


def filter_notices(form: Any) -> list[str]:
    """Return what is wrong with the filters of an address; those that are right hold, the others are left out."""
    if not form.is_bound:
        return []
    return [
        _("%(filter)s: %(error)s This filter is left out.")
        % {"filter": capfirst(str(form.fields[name].label or name)), "error": " ".join(map(str, errors))}
        for name, errors in form.errors.items()
        if name in form.fields
    ]


def _quoted(text: str) -> str:
    printable = "".join(letter for letter in text if letter.isprintable())
    return f"“{printable[:LONGEST_SHOWN]}”"
