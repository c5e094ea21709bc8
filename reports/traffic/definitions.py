"""The two reports of traffic: their columns, and how a line's values are made from its sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.dashboard.kpis import ACD_FORMULA, ATTEMPT_ASR_FORMULA, MARGIN_FORMULA, NER_FORMULA, PDD_FORMULA
from reports.kit.columns import Column, Kind
from reports.traffic.lines import TrafficLine
from voipadmin.core.errors import Message

EXACT = 6
# ASR that fell by so many points, and more, is marked.
ALARMING_POINTS = -5


@dataclass(frozen=True, slots=True)
class TrafficReport:
    """A report of traffic: what it is called, who sees it, its columns, its values and what the heat map shows."""

    name: str
    title: Message
    intro: Message
    permission: str
    columns: tuple[Column, ...]
    values: Callable[[TrafficLine], dict[str, Any]]
    tones: Callable[[Mapping[str, Any]], dict[str, str]]
    default_cut: str
    default_order: str
    charted: tuple[str, ...]
    heat: str
    heat_title: Message
    with_delays: bool = False


def _money(name: str, heading: Message, **options: Any) -> Column:
    return Column(name, heading, Kind.DECIMAL, currency="currency", sort=name, exact=EXACT, **options)


def _figure(name: str, heading: Message, kind: Kind = Kind.COUNT, **options: Any) -> Column:
    return Column(name, heading, kind, sort=name, **options)


PART = Column("part", _("part"), sort="part")
VALUE = Column("value", _("value"), Kind.DIGITS, on_page=False)
CURRENCY = Column("currency", _("currency"), on_page=False)
BILLED = _figure("billed_seconds", _("billed seconds"), on_page=False)
TALK = _figure("talk_seconds", _("seconds of conversation"), Kind.SECONDS, on_page=False)

MARGIN_COLUMNS = (
    PART,
    VALUE,
    _figure("calls", _("calls")),
    _figure("answered_calls", _("answered"), on_page=False),
    _figure("minutes", _("minutes"), Kind.DECIMAL, places=1),
    BILLED,
    TALK,
    _money("revenue", _("revenue")),
    _money("cost", _("cost")),
    _money("margin", _("margin"), hint=MARGIN_FORMULA),
    _figure("margin_percent", _("margin %"), Kind.DECIMAL, places=1, hint=MARGIN_FORMULA),
    _money("margin_before", _("margin before"), wide_only=True),
    _money("margin_change", _("change")),
    _figure("losses", _("below cost")),
    _money("lost", _("lost")),
    _figure("unrated", _("unrated"), on_page=False),
    CURRENCY,
)
QUALITY_COLUMNS = (
    PART,
    VALUE,
    _figure("attempts", _("attempts")),
    _figure("answered", _("answered")),
    _figure("asr_percent", _("ASR %"), Kind.DECIMAL, places=1, hint=ATTEMPT_ASR_FORMULA),
    _figure("asr_change", _("ASR, change"), Kind.DECIMAL, places=1),
    _figure("ner_percent", _("NER %"), Kind.DECIMAL, places=1, hint=NER_FORMULA),
    _figure("ner_change", _("NER, change"), Kind.DECIMAL, places=1),
    _figure("acd_seconds", _("ACD"), Kind.SECONDS, hint=ACD_FORMULA),
    _figure("acd_change", _("ACD, change (s)"), Kind.DECIMAL, places=0, wide_only=True),
    _figure("pdd_p50_ms", _("PDD p50 (ms)")),
    _figure("pdd_p95_ms", _("PDD p95 (ms)"), hint=PDD_FORMULA),
    _figure("pdd_p95_before", _("PDD p95 before"), on_page=False),
    _figure("short", _("short calls"), on_page=False),
    _figure("short_percent", _("short %"), Kind.DECIMAL, places=1),
    _figure("attempts_before", _("attempts before"), wide_only=True),
    TALK,
)


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def margin_values(line: TrafficLine) -> dict[str, Any]:
    """Return the values of a line of the margin report, all but its currency."""
    sums, before = line.sums, line.before
    return {
        "part": line.part.name,
        "value": line.part.value,
        "calls": sums.calls,
        "answered_calls": sums.answered_calls,
        "minutes": sums.minutes,
        "billed_seconds": sums.billed_seconds,
        "talk_seconds": sums.talk_seconds,
        "revenue": sums.price,
        "cost": sums.cost,
        "margin": sums.margin,
        "margin_percent": sums.margin_percent,
        "margin_before": before.margin,
        "margin_change": sums.margin - before.margin,
        "losses": sums.losses,
        "lost": sums.lost,
        "unrated": sums.unrated,
    }


def quality_values(line: TrafficLine) -> dict[str, Any]:
    """Return the values of a line of the quality report."""
    sums, before = line.sums, line.before
    return {
        "part": line.part.name,
        "value": line.part.value,
        "attempts": sums.attempts,
        "answered": sums.answered,
        "asr_percent": sums.asr_percent,
        "asr_change": _difference(sums.asr_percent, before.asr_percent),
        "ner_percent": sums.ner_percent,
        "ner_change": _difference(sums.ner_percent, before.ner_percent),
        "acd_seconds": sums.acd_seconds,
        "acd_change": _difference(sums.acd_seconds, before.acd_seconds),
        "pdd_p50_ms": sums.pdd_p50_ms,
        "pdd_p95_ms": sums.pdd_p95_ms,
        "pdd_p95_before": before.pdd_p95_ms,
        "short": sums.short,
        "short_percent": sums.short_percent,
        "attempts_before": before.attempts,
        "talk_seconds": sums.talk_seconds,
    }


def _margin_tones(values: Mapping[str, Any]) -> dict[str, str]:
    bad = [name for name in ("margin", "margin_percent", "lost") if values[name] is not None and values[name] < 0]
    return dict.fromkeys(bad, "bad")


def _quality_tones(values: Mapping[str, Any]) -> dict[str, str]:
    fell = [
        name for name in ("asr_change", "ner_change") if values[name] is not None and values[name] <= ALARMING_POINTS
    ]
    return dict.fromkeys(fell, "bad")


MARGIN = TrafficReport(
    name="margin",
    title=_("Margin"),
    intro=_("What calls bring and what they cost, by whatever tells them apart; a call counts when it ends."),
    permission="reports.view_margin",
    columns=MARGIN_COLUMNS,
    values=margin_values,
    tones=_margin_tones,
    default_cut="customer",
    default_order="-margin",
    charted=("revenue", "margin"),
    heat="margin",
    heat_title=_("Margin by hour and day of the week"),
)
QUALITY = TrafficReport(
    name="quality",
    title=_("Quality"),
    intro=_("How many attempts get through, how soon and for how long; an attempt counts when it ends."),
    permission="reports.view_quality",
    columns=QUALITY_COLUMNS,
    values=quality_values,
    tones=_quality_tones,
    default_cut="gateway",
    default_order="-attempts",
    charted=("asr_percent", "ner_percent"),
    heat="asr_percent",
    heat_title=_("ASR by hour and day of the week"),
    with_delays=True,
)
