"""The dry run of a deck: read, compare, stage, replay; it tells how far it is and changes no rate."""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils import timezone

from billing.decks.cells.countries import home_code_of
from billing.decks.columns.headings import hours_in
from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout, find_layout, find_sheet, layout_of, told_layout
from billing.decks.columns.report import column_uses, questions_about
from billing.decks.columns.roles import HOURS, PRICES
from billing.decks.comparison.comparing import DeckComparison, PlannedRate, RateKey, compare_with_present
from billing.decks.comparison.replay import replay
from billing.decks.comparison.selling import SellPrices, Sold, lowest_per_minute
from billing.decks.comparison.staging import present_rates, stage
from billing.decks.rows.lines import Line, Reading
from billing.decks.rows.reading import HIGHER, read_lines
from billing.models import BuyRate, Deck, DeckFile, DeckStatus, Tariff, TimeWindow
from billing.rating.code_patterns import Intended
from billing.rating.key_patterns import Matches
from routing.models import Provider
from voipadmin.core.jobs.locking import working_on
from voipadmin.core.jobs.running import report_progress
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.runtime.gc_pause import gc_paused
from voipadmin.core.runtime.locks import SessionLock
from voipadmin.core.sheets.apart import FOR_A_WORKER, read_sheets
from voipadmin.core.sheets.input_errors import MOST_SHOWN, FileError, InputError, column_letter

# The share of each step in the whole, in percent, where it begins.
STEPS = {"opening": 0, "reading": 10, "comparing": 45, "writing": 60, "replaying": 90, "done": 100}
TOLD_EVERY_SECONDS = 0.3
UNREAD = (DeckStatus.UPLOADED, DeckStatus.READING)
PRICED = frozenset({"new", "up", "down", "terms"})


def read_deck(deck: Deck) -> None:
    """Read a deck from its file; two workers do not read one at once, and one that has been read is left alone."""
    with working_on(deck, *UNREAD) as lock:
        if lock is not None:
            with gc_paused():
                _Preview(deck, lock).run()


def state_of_rates(provider: Provider) -> str:
    """Return a mark that changes with any change of a provider's rates: a preview is of one such state."""
    state = BuyRate.objects.filter(provider=provider).aggregate(count=Count("pk"), changed=Max("updated_at"))
    return f"{state['count']} {state['changed'] or ''}"


class _Preview:
    def __init__(self, deck: Deck, lock: SessionLock) -> None:
        self.deck = deck
        self._lock = lock
        self.now = timezone.now()
        self._told = 0.0

    def run(self) -> None:
        """Do it; what is wrong with the file is said, never raised."""
        self._tell("opening", 0, 1, always=True)
        try:
            sheets = read_sheets(bytes(DeckFile.objects.get(deck=self.deck).content), FOR_A_WORKER)
            rows = find_sheet(sheets, layout_of(self.deck.mapping))
        except FileError as refused:
            self._finish(DeckStatus.REFUSED, Reading(errors=[refused.error]))
            return
        layout = self._layout(rows)
        uses = column_uses(rows, layout)
        reading = read_lines(
            rows, layout, self._installation(layout), lambda done, total: self._tell("reading", done, total)
        )
        if layout.is_complete and layout.unclear < 0:
            reading.questions += questions_about(uses, layout)
        self.deck.mapping = layout.kept()
        self.deck.summary = {"columns": [use.kept() for use in uses]}
        if reading.errors or reading.questions:
            self.deck.summary["first_rows"] = _first_rows(rows)
            self._finish(DeckStatus.REFUSED if reading.errors else DeckStatus.ASKING, reading)
            return
        self._compare(reading, layout)

    def _installation(self, layout: Layout) -> Installation:
        """Return what the list is read by besides itself; an answer that names hours which are gone is none now."""
        windows = {str(key): name for key, name in TimeWindow.objects.values_list("pk", "name")}
        for hours in HOURS:
            if layout.answers.get(hours) not in {*windows, HIGHER}:
                layout.answers.pop(hours, None)
        return Installation(
            self.deck.currency,
            timezone.localdate(self.now),
            home_code_of(settings.DEFAULT_COUNTRY),
            hours_by_name(windows),
            settings.DECK_PREFIXES_OF_A_RANGE,
            current_plan(),
        )

    def _layout(self, rows: Any) -> Layout:
        kept = layout_of(self.deck.mapping)
        # Columns that a person named stand; else they are found, beginning with those of the last deck.
        if kept.is_complete and kept.answers.get("columns") == "told":
            return told_layout(rows, kept)
        return find_layout(rows, kept)

    def _compare(self, reading: Reading, layout: Layout) -> None:
        self._tell("comparing", 0, 1, always=True)
        state = state_of_rates(self.deck.provider)
        present = present_rates(self.deck.provider, self.now)
        found = compare_with_present(
            reading.lines,
            present,
            now=self.now,
            is_full=self.deck.is_full,
            moment_of=_moment_of,
            key_of=key_reader(reading.meant),
            price_column=column_letter(next(layout.columns[name] for name in PRICES if name in layout.columns)),
        )
        below = self._stage(found)
        self._tell("replaying", 0, 1, always=True)
        replayed = replay(self.deck, found.planned, {} if self.deck.is_full else present, self.now)
        asked = [question for question in found.questions if layout.answers.get(question.code) != "yes"]
        self.deck.summary |= {
            "counts": dict(found.counts),
            "below_cost": below,
            "rows": reading.rows,
            "left_out": reading.left_out,
            "repeated": reading.repeated,
            "in_the_past": found.in_the_past,
            "not_there": found.not_there,
            "says_otherwise": found.says_otherwise,
            "replay": replayed,
            "state": state,
        }
        reading.questions = asked
        self._finish(DeckStatus.ASKING if asked else DeckStatus.READY, reading)

    def _stage(self, found: DeckComparison) -> int:
        self._lock.assert_held()
        sell = sell_prices(self.deck.currency, self.now)

        def sold_for(item: PlannedRate) -> Decimal | None:
            key, cost = item.key, item.rate.dearest_minute
            return sell.below(key.pattern, cost, key.matches) if item.change in PRICED else None

        return stage(self.deck, found.planned, sold_for, lambda done, total: self._tell("writing", done, total))

    def _tell(self, step: str, done: int, total: int, *, always: bool = False) -> None:
        """Write how far it is, now and then, for the page that asks."""
        if not always and time.monotonic() - self._told < TOLD_EVERY_SECONDS:
            return
        self._told = time.monotonic()
        names = list(STEPS)
        begin, end = STEPS[step], STEPS[names[names.index(step) + 1]]
        progress_percent = begin + (end - begin) * done // max(total, 1)
        progress = {
            "step": step,
            "percent": progress_percent,
            "done": done,
            "total": total,
        }
        report_progress(progress_percent, 100)
        Deck.objects.filter(pk=self.deck.pk).update(
            status=DeckStatus.READING, progress=progress, updated_at=timezone.now()
        )

    def _finish(self, status: DeckStatus, reading: Reading) -> None:
        self._lock.assert_held()
        self.deck.status = status
        self.deck.progress = {"step": "done", "percent": 100, "seconds": (timezone.now() - self.now).total_seconds()}
        self.deck.summary |= {
            "faults": [error.kept() for error in reading.errors[:MOST_SHOWN]],
            "fault_count": len(reading.errors),
            "questions": _asked(reading.questions),
        }
        self.deck.save(update_fields=["status", "progress", "summary", "mapping", "updated_at"])


def sell_prices(currency: str, now: datetime) -> SellPrices:
    """Return what prefixes are sold for now, in one currency."""
    in_force = Tariff.objects.filter(Q(effective_until=None) | Q(effective_until__gt=now), currency=currency)
    fields = ("pattern", "plan", "price_per_minute", "bands", "matches")
    return SellPrices(
        Sold(pattern, str(plan or ""), lowest_per_minute(price, bands), matches)
        for pattern, plan, price, bands, matches in in_force.filter(effective_from__lte=now)
        .order_by()
        .values_list(*fields)
    )


def hours_by_name(windows: Mapping[str, str]) -> dict[str, str]:
    """Return the time window (key to name) of each of HOURS that one alone is named for."""
    named = [(hours_in(name), key) for key, name in windows.items()]
    keys = {hours: [key for told, key in named if told == hours] for hours in HOURS}
    return {hours: found[0] for hours, found in keys.items() if len(found) == 1}


def key_reader(meant: Mapping[str, Intended]) -> Callable[[Line], RateKey]:
    """Return what tells what a line is for; `meant` has the prefixes that are no numbers as they are written."""

    def key_of(line: Line) -> RateKey:
        pattern, matches = meant.get(line.pattern) or (line.pattern, Matches.NUMBER)
        return RateKey(pattern, line.origin, line.hours, matches)

    return key_of


def _moment_of(day: date) -> datetime:
    """Return when a day begins here; a moment stays as it is, in this installation's zone where it names none."""
    if isinstance(day, datetime):
        return day if day.tzinfo is not None else timezone.make_aware(day, timezone.get_default_timezone())
    return timezone.make_aware(datetime(day.year, day.month, day.day), timezone.get_default_timezone())  # noqa: DTZ001 - made aware here


def _asked(questions: list[InputError]) -> list[dict[str, Any]]:
    """Return each kind of question once with its first places: one answer is for all."""
    kinds: dict[str, dict[str, Any]] = {}
    for question in questions:
        kept = kinds.setdefault(question.code, question.kept() | {"count": 0, "places": []})
        kept["count"] += 1
        if len(kept["places"]) < MOST_SHOWN:
            kept["places"].append(question.kept())
    return list(kinds.values())


def _first_rows(rows: Any) -> list[list[str]]:
    return [["" if cell is None else str(cell)[:40] for cell in row[:40]] for row in rows[:15]]
