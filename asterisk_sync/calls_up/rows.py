"""The rows of the calls up now: what of a call stays the same is drawn once, its money each time."""

from collections.abc import Iterable
from decimal import Decimal

from django.template.loader import get_template
from django.utils.html import escape, format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from asterisk_sync.calls_up.queries import ShownCall
from asterisk_sync.live.calls import CallUp
from billing.models import Direction
from voipadmin.core.runtime.caches import RoundCache
from voipadmin.core.text.decimals import decimals_of, format_money

# No text of a call holds it: AMI has none in a value.
PLACE = "\x00"
NONE = "—"
# As in the list of calls.
PRICE_PLACES = 4
_drawn: RoundCache[list[str]] = RoundCache()


def draw_rows(rows: Iterable[ShownCall], *, sees_cost: bool, may_end: bool) -> list[str]:
    """Return the rows as HTML; a drawing that was not used for a minute or two is forgotten."""
    _drawn.begin_round()
    return [_row(row, sees_cost=sees_cost, may_end=may_end) for row in rows]


def _row(row: ShownCall, *, sees_cost: bool, may_end: bool) -> str:
    same = row._replace(call=row.call._replace(price=None, cost=None, margin=None, held=None, currency=""))
    key = (get_language(), sees_cost, may_end, same)
    pieces = _drawn.get_or_make(key, lambda _key: _pieces(same, sees_cost=sees_cost, may_end=may_end))
    money = [_price(row.call), *([_margin(row.call)] if sees_cost else []), _held(row.call)]
    return "".join(text for pair in zip(pieces, [*money, ""], strict=True) for text in pair)


def _pieces(row: ShownCall, *, sees_cost: bool, may_end: bool) -> list[str]:
    """Return the row cut at the places of its money."""
    context = {"row": row, "call": row.call, "sees_cost": sees_cost, "may_end": may_end, "place": PLACE}
    return get_template("asterisk_sync/calls_up/row.html").render(context).split(PLACE)


def _price(call: CallUp) -> str:
    if call.price is not None:
        return _amount(call.price, call.currency)
    is_missing = call.is_up and call.direction == Direction.OUTBOUND
    return format_html('<span class="text-warn">{}</span>', _("no price")) if is_missing else NONE


def _margin(call: CallUp) -> str:
    if call.margin is None:
        return NONE
    text = _amount(call.margin, call.currency)
    return f'<span class="text-bad">{text}</span>' if call.margin < 0 else text


def _held(call: CallUp) -> str:
    return NONE if call.held is None else _amount(call.held, call.currency, decimals_of(call.currency))


def _amount(value: Decimal, currency: str, places: int = PRICE_PLACES) -> str:
    return escape(format_money(value, currency, places))
