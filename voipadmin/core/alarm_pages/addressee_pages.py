"""Pages of who is told of alarms: receivers of mail, webhooks, and the messages of these with each try."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voipadmin.core.alarm_pages.forms import AlarmReceiverForm, WebhookForm
from voipadmin.core.alarms import addressees
from voipadmin.core.alarms.kinds import kind_name
from voipadmin.core.errors import DomainError
from voipadmin.core.forms.filter_set import EntityFilterSet
from voipadmin.core.models import AlarmReceiver, Webhook, WebhookMessage
from voipadmin.core.pages import Entity, FieldGroup, Related
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.entity_table import (
    BadgeColumn,
    EntityTable,
    LinkColumn,
    NumberColumn,
    RelatedColumn,
    TimeColumn,
    YesNoColumn,
    first_of,
)


class KindsColumn(tables.Column):
    """The kinds of alarms that somebody is told of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"empty_values": (), "orderable": False, **kwargs})

    def render(self, value: list[str]) -> str:
        """Name the first, and how many more there are."""
        return first_of(sorted(kind_name(code) for code in value)) if value else _("All")

    def value(self, value: list[str]) -> str:
        """Export the codes."""
        return " ".join(value)


class AlarmReceiverTable(EntityTable):
    """The list of receivers."""

    name = LinkColumn()
    email = tables.Column()
    severe_only = YesNoColumn()
    kinds = KindsColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = AlarmReceiver


class AlarmReceiverFilterSet(EntityFilterSet):
    """Filters of the list of receivers."""

    search_fields = ("name", "email")

    class Meta:
        model = AlarmReceiver
        fields = ("q", "enabled", "severe_only")


class WebhookTable(EntityTable):
    """The list of webhooks."""

    name = LinkColumn()
    url = tables.Column(attrs={"td": {"class": "mono"}})
    severe_only = YesNoColumn()
    kinds = KindsColumn()
    failing_since = TimeColumn()
    enabled = YesNoColumn()

    class Meta(EntityTable.Meta):
        model = Webhook


class WebhookFilterSet(EntityFilterSet):
    """Filters of the list of webhooks."""

    search_fields = ("name", "url")

    class Meta:
        model = Webhook
        fields = ("q", "enabled", "severe_only")


class WebhookMessageTable(EntityTable):
    """The list of messages."""

    created_at = LinkColumn(verbose_name=gettext_lazy("message"), label=lambda message: message.type)
    at = TimeColumn(accessor="created_at", verbose_name=gettext_lazy("written at"))
    webhook = RelatedColumn()
    status = BadgeColumn()
    failures = NumberColumn()
    due_at = TimeColumn()
    delivered_at = TimeColumn()

    class Meta(EntityTable.Meta):
        model = WebhookMessage


class WebhookMessageFilterSet(EntityFilterSet):
    """Filters of the list of messages."""

    search_fields = ("type", "body")

    webhook = django_filters.ModelChoiceFilter(queryset=Webhook.objects.all(), label=gettext_lazy("webhook"))

    class Meta:
        model = WebhookMessage
        fields = ("q", "status", "webhook")


def _chosen_kinds(addressee: Any, _user: Any) -> dict[str, Any]:
    return {"kind_names": sorted(kind_name(code) for code in addressee.kinds)}


RECEIVERS = Entity(
    model=AlarmReceiver,
    table=AlarmReceiverTable,
    filterset=AlarmReceiverFilterSet,
    form=AlarmReceiverForm,
    icon="mail",
    intro=gettext_lazy("Who gets a mail when an alarm opens, is acknowledged, and is over."),
    empty_hint=gettext_lazy("Without receivers, alarms are only on the page."),
    groups=(
        FieldGroup(gettext_lazy("Receiver"), ("name", "email", "language", "enabled")),
        FieldGroup(gettext_lazy("Which alarms"), ("severe_only",)),
    ),
    detail_context=_chosen_kinds,
    main_template="core/alarmreceiver/kinds.html",
    synced=False,
)


@dataclass(frozen=True, kw_only=True)
class _ShownOnce(Entity[Webhook]):
    """An entity whose secrets have no page that shows them again and again."""

    @property
    def secrets(self) -> frozenset[str]:
        """Return none: the secret is shown once, by its own page."""
        return frozenset()


WEBHOOKS = _ShownOnce(
    model=Webhook,
    table=WebhookTable,
    filterset=WebhookFilterSet,
    form=WebhookForm,
    icon="webhook",
    intro=gettext_lazy("Programs that are sent alarms, signed after Standard Webhooks."),
    empty_hint=gettext_lazy("Enter the address of a program that takes alarms, such as an on-call service."),
    groups=(
        FieldGroup(gettext_lazy("Webhook"), ("name", "url", "language", "enabled", "disabled_reason", "failing_since")),
        FieldGroup(gettext_lazy("Which alarms"), ("severe_only",)),
    ),
    detail_context=_chosen_kinds,
    lead_template="core/webhook/secret.html",
    main_template="core/alarmreceiver/kinds.html",
    actions_template="core/webhook/actions.html",
    related=(
        Related(
            gettext_lazy("Messages"),
            "core:webhookmessage_list",
            "webhook",
            "core.view_webhookmessage",
            without="webhook",
        ),
    ),
    synced=False,
)


def _join_messages(queryset: Any) -> Any:
    return queryset.select_related("webhook", "event__alarm")


def _message_context(message: Any, _user: Any) -> dict[str, Any]:
    return {"attempts": message.attempts.all(), "alarm": message.event.alarm if message.event else None}


MESSAGES = Entity(
    model=WebhookMessage,
    table=WebhookMessageTable,
    filterset=WebhookMessageFilterSet,
    delete=None,
    icon="send",
    intro=gettext_lazy("What webhooks were sent, with each try and what was answered; it is kept for 90 days."),
    empty_hint=gettext_lazy("A message is written when an alarm opens, is acknowledged or is over."),
    join=_join_messages,
    groups=(
        FieldGroup(
            gettext_lazy("Message"),
            ("webhook", "type", "webhook_id_header", "status", "due_at", "delivered_at", "body"),
        ),
    ),
    detail_context=_message_context,
    lead_template="core/webhookmessage/attempts.html",
    actions_template="core/webhookmessage/actions.html",
    synced=False,
)


class ShowSecretView(EntityView[Webhook]):
    """Shows the secret of a webhook, once."""

    entity = WEBHOOKS
    action = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it in its place on the page; asked for again, say that it was shown."""
        instance = self.get_instance()
        try:
            context = {"secret": addressees.show_secret_once(webhook=instance), "field": "webhook"}
            response = self.page("components/secret_shown.html", object=instance, **context)
        except DomainError as error:
            response = self.page("core/webhook/secret_was_shown.html", object=instance, error=error.message)
        response["Cache-Control"] = "no-store"
        return response


class RenewSecretView(ButtonView[Webhook]):
    """Gives a webhook a new secret."""

    entity = WEBHOOKS

    def perform(self, instance: Webhook) -> str:
        """Renew it."""
        addressees.renew_secret(webhook=instance)
        return _("The webhook has a new secret. The one before it signs as well for a while.")

    def question(self, instance: Webhook) -> Question:
        """Ask: whoever takes the messages needs the new secret before the old one ends."""
        hours = settings.WEBHOOK_OVERLAP_HOURS
        effect = ngettext(
            "Messages are signed with the old secret as well for %(hours)s hour, then with the new one alone.",
            "Messages are signed with the old secret as well for %(hours)s hours, then with the new one alone.",
            hours,
        )
        return Question(
            title=_("Give %(webhook)s a new secret?") % {"webhook": instance},
            button=_("Renew the secret"),
            icon="key-round",
            effects=[effect % {"hours": hours}, _("The new secret is shown once, on the page of the webhook.")],
            is_dangerous=False,
        )


class SendTestView(ButtonView[Webhook]):
    """Sends a message that tells of no alarm."""

    entity = WEBHOOKS

    def perform(self, instance: Webhook) -> str:
        """Write it."""
        self.message = addressees.send_test(webhook=instance)
        return _("The test is on its way. Its page shows what was answered.")

    def back_url(self, instance: Webhook) -> str:
        """Return the message's page, where there is one."""
        message = getattr(self, "message", None)
        return message.get_absolute_url() if message else super().back_url(instance)


class SendAgainView(ButtonView[WebhookMessage]):
    """Sends a message once more."""

    entity = MESSAGES

    def perform(self, instance: WebhookMessage) -> str:
        """Write that it is due."""
        addressees.send_again(message=instance)
        return _("The message is on its way again, under the same id.")
