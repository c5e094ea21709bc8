"""What lists show of Asterisk: live state and sync state of objects, and the conference of calls."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import django_tables2 as tables
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from asterisk_sync.changes.queries import STATES_BY_GRAVITY, sync_states_of, with_sync_state
from asterisk_sync.live.columns import LIVE_STATES, LiveColumns, live_columns, with_live_state
from asterisk_sync.models import Conference, ConferenceLeg
from billing.models import Cdr
from customers.models import Customer, CustomerType, Extension
from numbering.models import DID
from routing.models import Gateway, Route
from voipadmin.core.errors import Message
from voipadmin.core.lists.additions import AddedFilter, Addition, add_to_lists
from voipadmin.core.tables.badges import badge
from voipadmin.core.tables.entity_table import NUMERIC

PERMISSION = "asterisk_sync.view_node"
# Calls of a conference that are looked for, of its latest sessions.
MOST_LEGS = 2_000
SYNCED = (Customer, Extension, Gateway, DID, Route)
# How the states are drawn, by the names that badges know; an extension registers, others are reached.
LOOKS = {"reachable": "reachable", "away": "unreachable", "unknown": "unknown"}
LOOKS_OF_EXTENSIONS = {"reachable": "registered", "away": "unregistered", "unknown": "unknown"}


_SYNC_CHOICES = [(state.value, state.label) for state in reversed(STATES_BY_GRAVITY)]


class StateColumn(tables.Column):
    """A state as colour, icon and word: a pair of the badge's name and the word, or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orderable=False, **kwargs)

    def render(self, value: tuple[str, Message]) -> Any:
        """Draw the badge."""
        return badge(*value)


class FigureColumn(tables.Column):
    """A live figure with its unit."""

    def __init__(self, unit: str = "", **kwargs: Any) -> None:
        super().__init__(orderable=False, attrs=NUMERIC, **kwargs)
        self.unit = unit

    def render(self, value: Any) -> str:
        """Draw the figure in the user's language."""
        number = formats.number_format(value, decimal_pos=1 if isinstance(value, float) else 0)
        return f"{number}\u00a0{self.unit}" if self.unit else str(number)


def _live_words(model: type[models.Model]) -> dict[str, tuple[str, Message]]:
    looks = LOOKS_OF_EXTENSIONS if model is Extension else LOOKS
    return {state: (looks[state], word) for state, word in LIVE_STATES[model]}


def _fill_live(model: type[models.Model]) -> Callable[[Sequence[Any]], None]:
    words = _live_words(model)

    def fill(rows: Sequence[Any]) -> None:
        # A customer with extensions is no endpoint itself.
        endpoints = [row for row in rows if getattr(row, "type", "") != CustomerType.EXTENSION]
        seen = live_columns(endpoints)
        for row in rows:
            live = seen.get(row.pk)
            row.live_state = words[live.state] if live else None
            row.live_calls = live.calls if live and live.state != "unknown" else None
            row.live_trip = _trip(live)

    return fill


def _trip(live: LiveColumns | None) -> float | None:
    return live.milliseconds if live else None


def _fill_sync(rows: Sequence[Any]) -> None:
    for row, state in zip(rows, sync_states_of(rows), strict=True):
        row.sync_state = (state.state, state.label) if state else None


def _of_conference(rows: Any, conference: Conference) -> Any:
    """Keep the calls of a conference: of all its sessions, each attempt by its linkedid."""
    legs = ConferenceLeg.objects.filter(session__conference=conference).exclude(linkedid="")
    return rows.filter(linkedid__in=list(legs.order_by("-created_at").values_list("linkedid", flat=True)[:MOST_LEGS]))


def add_columns() -> None:
    """Add the columns and filters to the lists; called once when the app starts."""
    for model in (Extension, Gateway, Customer):
        usual = {"live_state"} if model is not Customer else set()
        word = _("registered") if model is Extension else _("reachable")
        add_to_lists(
            model,
            Addition(
                permission=PERMISSION,
                columns={
                    "live_state": partial(StateColumn, verbose_name=word),
                    "live_calls": lambda: FigureColumn(verbose_name=_("calls up")),
                    "live_trip": lambda: FigureColumn("ms", verbose_name=_("round trip")),
                },
                fill=_fill_live(model),
                usual=frozenset(usual | ({"live_trip", "live_calls"} if model is Gateway else set())),
                filters={"live": AddedFilter(_("live state"), LIVE_STATES[model], with_live_state)},
            ),
        )
    for synced in SYNCED:
        add_to_lists(
            synced,
            Addition(
                permission=PERMISSION,
                columns={"sync_state": lambda: StateColumn(verbose_name=_("in Asterisk"))},
                fill=_fill_sync,
                filters={"synced": AddedFilter(_("in Asterisk"), _SYNC_CHOICES, with_sync_state)},
            ),
        )
    add_to_lists(
        Cdr,
        Addition(
            permission="asterisk_sync.view_conference",
            filters={"conference": AddedFilter(_("conference"), (), _of_conference, model=Conference)},
        ),
    )
