"""The pages of tariffs."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from billing.models import Tariff, TariffMatches
from billing.rating.key_patterns import Matches
from billing.rating.pattern_examples import pattern_examples
from billing.rating.pattern_readings import readings
from billing.rating.pattern_words import readings_in_words
from billing.tariffs.bulk import TARIFF_ACTIONS
from billing.tariffs.filters import TariffFilterSet
from billing.tariffs.forms import TariffForm
from billing.tariffs.queries import providers_dearer_than
from billing.tariffs.tables import TariffTable
from voipadmin.core.forms.entity_form import EntityForm, answer_of
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.core.pages import Entity, FieldGroup, FormPreview, Hint


def _join_tariffs(queryset: Any) -> Any:
    return queryset.select_related("plan", "window").annotate(margin_now=F("price_per_minute") - F("cost_per_minute"))


def _tariff_context(tariff: Any, _user: Any) -> dict[str, Any]:
    return {"dearer_providers": providers_dearer_than(tariff)}


def _what_it_matches(form: EntityForm) -> dict[str, Any]:
    plan = current_plan()
    pattern, matches, origin = (answer_of(form, name) for name in ("pattern", "matches", "origin_prefix"))
    found = readings(pattern, plan) if pattern else ()
    # Where nobody says what it is for, its only reading is taken, as saving does.
    pattern, matches = found[0] if len(found) == 1 and not matches else (pattern, matches)
    return {
        "pattern": pattern,
        "matches": matches,
        "saved": None if form.instance._state.adding else form.instance.pk,
        "readings": readings_in_words(pattern, plan) if len(found) > 1 else "",
        "is_asked": not matches,
        "is_read": TariffMatches(matches).label if matches and not answer_of(form, "matches") else "",
        "examples": pattern_examples(pattern, matches, plan) if pattern and matches else None,
        "origins": pattern_examples(origin, Matches.NUMBER, plan) if origin else None,
    }


TARIFFS = Entity(
    model=Tariff,
    table=TariffTable,
    filterset=TariffFilterSet,
    form=TariffForm,
    bulk=TARIFF_ACTIONS,
    icon="badge-dollar-sign",
    intro=_("What calls to a destination sell for and cost, from a moment on."),
    empty_hint=_("Without a tariff, calls are recorded but listed as unrated, never as free."),
    join=_join_tariffs,
    groups=(
        FieldGroup(_("Destination"), ("pattern", "matches", "name")),
        FieldGroup(_("Whose, from where, when"), ("plan", "origin_prefix", "window")),
        FieldGroup(_("Per minute"), ("price_per_minute", "cost_per_minute", "currency")),
        FieldGroup(
            _("How a call is counted"),
            ("initial_block_seconds", "increment_seconds", "bands", "free_seconds", "connect_fee", "minimum_charge"),
        ),
        FieldGroup(_("Rounding and time"), ("rounding", "decimals", "effective_from", "effective_until")),
    ),
    hints={"pattern": Hint.MONO},
    preview=FormPreview("billing/tariff/preview.html", _what_it_matches, of_saved=True),
    synced=False,
    detail_context=_tariff_context,
    main_template="billing/tariff/matches.html",
    aside_template="billing/tariff/margin.html",
    list_actions_template="billing/tariff/list_actions.html",
)
