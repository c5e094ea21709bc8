"""The rows of the numbering plan: tables, filters, forms and their pages."""

import django_tables2 as tables
from django import forms
from django.utils.translation import gettext_lazy as _

from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.models import DialingRule, PlanRange, ServiceCode
from voipadmin.core.models.numbering import of_this_country
from voipadmin.core.pages import Entity, FieldGroup, Hint
from voipadmin.core.tables.entity_table import EntityTable, LinkColumn, NumberColumn, YesNoColumn

DAYS = {name: forms.DateInput({"type": "date"}, "%Y-%m-%d") for name in ("valid_from", "valid_until")}
DATES = (_("Dates"), _("Empty: always. Calls follow on the day itself."), ("valid_from", "valid_until"))
EFFECT = _("Every node reads numbers by it seconds later; prices, limits and records follow it at once.")


class PlanRowTable(EntityTable):
    """The columns that all tables of the plan have."""

    pattern = LinkColumn(mono=True)
    shown_name = tables.Column(verbose_name=_("name"), order_by="name")
    valid_from = tables.DateColumn()
    valid_until = tables.DateColumn()


class DialingRuleTable(PlanRowTable):
    """The list of dialling rules."""

    read_as = tables.Column()
    strip_digits = NumberColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = DialingRule
        sequence = ("pattern", "shown_name", "read_as", "strip_digits", "valid_from", "valid_until", "enabled")


class ServiceCodeTable(PlanRowTable):
    """The list of service codes."""

    kind = tables.Column()
    barred = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = ServiceCode
        sequence = ("pattern", "shown_name", "kind", "barred", "valid_from", "valid_until")


class PlanRangeTable(PlanRowTable):
    """The list of ranges."""

    kind = tables.Column()

    class Meta(EntityTable.Meta):
        model = PlanRange
        sequence = ("pattern", "shown_name", "kind", "valid_from", "valid_until")


SEARCHED = ("pattern", "name")


class DialingRuleFilterSet(EntityFilterSet):
    """Filters of the list of dialling rules."""

    search_fields = SEARCHED

    class Meta:
        model = DialingRule
        fields = ("q", "read_as", "enabled")


class ServiceCodeFilterSet(EntityFilterSet):
    """Filters of the list of service codes."""

    search_fields = SEARCHED

    class Meta:
        model = ServiceCode
        fields = ("q", "kind", "barred")


class PlanRangeFilterSet(EntityFilterSet):
    """Filters of the list of ranges."""

    search_fields = SEARCHED

    class Meta:
        model = PlanRange
        fields = ("q", "kind")


class DialingRuleForm(EntityForm):
    """A dialling rule."""

    fieldsets = (
        (
            _("As dialled"),
            _("The pattern is of all that is dialled: _0ZZXXXXXXXX for 0, area and eight digits."),
            ("pattern", "name", "enabled"),
        ),
        (_("Meaning"), _("What is left of the digits, and what they are then."), ("strip_digits", "read_as")),
        DATES,
    )

    class Meta:
        model = DialingRule
        widgets = DAYS


class ServiceCodeForm(EntityForm):
    """A service code."""

    fieldsets = (
        (_("Code"), _("As people dial it: 190, _103XX, _0800XXXXXXX."), ("pattern", "name", "kind", "barred")),
        DATES,
    )

    class Meta:
        model = ServiceCode
        widgets = DAYS


class PlanRangeForm(EntityForm):
    """A range of national numbers."""

    fieldsets = (
        (
            _("Range"),
            _("National numbers with their area, without 0 and 55: _116XXXXXXXX."),
            ("pattern", "name", "kind"),
        ),
        DATES,
    )

    class Meta:
        model = PlanRange
        widgets = DAYS


RULES = Entity(
    model=DialingRule,
    table=DialingRuleTable,
    filterset=DialingRuleFilterSet,
    form=DialingRuleForm,
    icon="binary",
    intro=_("How numbers may be dialled: what stands in front of them and is no part of them."),
    empty_hint=_("Without rules, only codes, and numbers that begin with their area or their country, are understood."),
    effect=EFFECT,
    join=of_this_country,
    groups=(
        FieldGroup(_("As dialled"), ("pattern", "shown_name", "enabled")),
        FieldGroup(_("Meaning"), ("strip_digits", "read_as")),
        FieldGroup(_("Dates"), ("valid_from", "valid_until")),
    ),
    hints={"pattern": Hint.MONO},
)
CODES = Entity(
    model=ServiceCode,
    table=ServiceCodeTable,
    filterset=ServiceCodeFilterSet,
    form=ServiceCodeForm,
    icon="siren",
    intro=_("Numbers that are dialled as they are in the whole country: emergency lines, services, 0800."),
    empty_hint=_("Without codes, 190 and 0800 numbers are no numbers."),
    effect=EFFECT,
    join=of_this_country,
    groups=(
        FieldGroup(_("Code"), ("pattern", "shown_name", "kind", "barred")),
        FieldGroup(_("Dates"), ("valid_from", "valid_until")),
    ),
    hints={"pattern": Hint.MONO},
)
RANGES = Entity(
    model=PlanRange,
    table=PlanRangeTable,
    filterset=PlanRangeFilterSet,
    form=PlanRangeForm,
    icon="list-ordered",
    intro=_("National numbers that libphonenumber does not know, or knows to be of another kind."),
    empty_hint=_("A new range of the country is entered here before libphonenumber knows it."),
    effect=EFFECT,
    join=of_this_country,
    groups=(
        FieldGroup(_("Range"), ("pattern", "shown_name", "kind")),
        FieldGroup(_("Dates"), ("valid_from", "valid_until")),
    ),
    hints={"pattern": Hint.MONO},
)
