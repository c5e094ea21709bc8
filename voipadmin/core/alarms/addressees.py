"""Writes of who is told of alarms: receivers of mail, webhooks and their secrets."""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voipadmin.core.alarms.announcing import written
from voipadmin.core.alarms.kinds import known_kinds
from voipadmin.core.errors import Conflict, DomainError
from voipadmin.core.models import AlarmReceiver, MessageStatus, Webhook, WebhookMessage
from voipadmin.core.services import save_object
from voipadmin.core.webhooks.signing import new_secret
from voipadmin.core.webhooks.targets import parse_target, resolve

TEST = "webhook.test"


def save_receiver(receiver: AlarmReceiver) -> AlarmReceiver:
    """Save a receiver of mail; raise DomainError where it names kinds that there are not."""
    _check_kinds(receiver.kinds)
    return save_object(receiver)


def save_webhook(webhook: Webhook) -> Webhook:
    """Save a webhook, a new one with a secret; raise DomainError where it may not lead there.

    One that the panel had switched off begins anew when somebody switches it on.
    """
    _check_kinds(webhook.kinds)
    target = parse_target(webhook.url)
    with suppress(OSError):  # a name that cannot be resolved now may be later; it is judged each time
        resolve(target)
    webhook.secret = webhook.secret or new_secret()
    if webhook.enabled and webhook.disabled_reason:
        webhook.disabled_reason, webhook.failing_since = "", None
    return save_object(webhook)


def renew_secret(*, webhook: Webhook) -> Webhook:
    """Give a webhook a new secret; the one before it signs as well for WEBHOOK_OVERLAP_HOURS."""
    with transaction.atomic():
        held: Webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
        held.old_secret, held.secret = held.secret, new_secret()
        held.old_secret_until = timezone.now() + timedelta(hours=settings.WEBHOOK_OVERLAP_HOURS)
        held.secret_shown_at = None
        held.save()
    return held


def show_secret_once(*, webhook: Webhook) -> str:
    """Return the secret of a webhook and note that it was shown; raise Conflict where it was shown already."""
    with transaction.atomic():
        held: Webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
        if held.secret_shown_at is not None:
            raise Conflict(_("The secret was shown already. Renew it where it got lost."))
        held.secret_shown_at = timezone.now()
        held.save(update_fields=["secret_shown_at", "updated_at"])
    return held.secret


def send_test(*, webhook: Webhook) -> WebhookMessage:
    """Have a message sent that tells of no alarm; raise DomainError where the webhook is switched off."""
    if not webhook.enabled:
        raise DomainError(_("The webhook is switched off."))
    now = timezone.now()
    body = written(TEST, now.isoformat(), {"webhook": webhook.name})
    return WebhookMessage.objects.create(webhook=webhook, type=TEST, body=body, due_at=now)


def send_again(*, message: WebhookMessage) -> WebhookMessage:
    """Have a message sent once more, under the same id; raise Conflict where it waits anyway."""
    with transaction.atomic():
        held: WebhookMessage = WebhookMessage.objects.select_for_update().select_related("webhook").get(pk=message.pk)
        if not held.webhook.enabled:
            raise DomainError(_("The webhook is switched off."))
        if held.status == MessageStatus.WAITING and held.failures == 0:
            raise Conflict(_("The message is on its way."))
        held.status, held.due_at, held.failures = MessageStatus.WAITING, timezone.now(), 0
        held.save(update_fields=["status", "due_at", "failures", "updated_at"])
    return held


def _check_kinds(kinds: list[str]) -> None:
    unknown = sorted(set(kinds) - {kind.code for kind in known_kinds()})
    if unknown:
        message = _("There are no such kinds of alarms: %(kinds)s.") % {"kinds": ", ".join(unknown)}
        raise DomainError(message, field="kinds")
