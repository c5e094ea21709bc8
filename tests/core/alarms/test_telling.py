"""People are told of alarms by mail, programs by webhooks: once each, in time, never in a storm."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.api.client import ApiClient
from tests.core.webhooks.receiver import Receiver, answers
from tests.entities import make_webhook
from tests.factories.users import UserFactory
from tests.pages.confirming import confirm
from voipadmin.core.alarms import addressees, handling, mail_delivery, webhook_delivery
from voipadmin.core.alarms.digest import BETWEEN_LETTERS, LETTERS_A_MINUTE, WaitingMail, plan_letters
from voipadmin.core.alarms.kinds import AlarmKind, declare
from voipadmin.core.alarms.services import report_state
from voipadmin.core.errors import Conflict
from voipadmin.core.models import Alarm, AlarmMail, AlarmReceiver, Installation, MessageStatus, Webhook, WebhookMessage
from voipadmin.users.roles import Role

pytestmark = pytest.mark.slow(seconds=0.3)

AWAY = declare(AlarmKind("test_told_away", "%(node)s is away", "plug", name="Node away", advice="Start it."))
QUIET = declare(AlarmKind("test_told_quiet", "%(node)s is quiet", "plug", is_severe=False, name="Node quiet"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver(answers(204)).start()
    yield made
    made.stop()


@pytest.fixture
def webhook(receiver: Receiver, settings: Any, db: None) -> Webhook:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return make_webhook(url=f"http://127.0.0.1:{receiver.port}/alarms")


@pytest.fixture
def noc(db: None) -> AlarmReceiver:
    return AlarmReceiver.objects.create(name="NOC", email="noc@example.com", language="en")


def away(*nodes: str, kind: AlarmKind = AWAY) -> None:
    report_state(kind, {node: {"node": node} for node in nodes})


def deliver() -> int:
    return sum(webhook_delivery.deliver(key) for key in webhook_delivery.webhooks_with_messages(timezone.now()))


def types(webhook: Webhook) -> list[str]:
    return list(webhook.messages.order_by("created_at").values_list("type", flat=True))


def verified(receiver: Receiver, secret: str) -> list[dict[str, Any]]:
    """Return the bodies that arrived, verified as docs/alarms.md says."""
    bodies = []
    for _path, headers, body in receiver.requests:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert expected in headers["webhook-signature"].split(" ")
        bodies.append(json.loads(body))
    return bodies


# What is written


@pytest.mark.django_db
def test_who_is_told_that_it_opened_is_told_that_it_is_over(webhook: Webhook, noc: AlarmReceiver) -> None:
    away("pbx1")
    handling.acknowledge_alarm(alarm=Alarm.objects.get(), actor="ana", note="Mine")
    away()
    assert types(webhook) == ["alarm.opened", "alarm.acknowledged", "alarm.closed"]
    assert noc.mails.count() == 3
    late = make_webhook(name="Late")
    assert types(late) == []


@pytest.mark.django_db
def test_each_is_told_of_what_it_asked_for(webhook: Webhook, noc: AlarmReceiver) -> None:
    Webhook.objects.update(severe_only=True)
    AlarmReceiver.objects.update(kinds=[QUIET.code])
    off = make_webhook(name="Off", enabled=False)
    away("pbx1")
    away("pbx1", kind=QUIET)
    assert types(webhook) == ["alarm.opened"]
    assert [item.event.alarm.kind for item in noc.mails.all()] == [QUIET.code]
    assert types(off) == []


@pytest.mark.django_db
def test_in_a_silence_nobody_is_told_until_it_ends(webhook: Webhook) -> None:
    until = timezone.now() + timedelta(hours=1)
    silence = handling.silence_alarms(kind=AWAY.code, until=until, actor="ana", reason="Upgrade")
    away("pbx1", "pbx2")
    away("pbx1")
    assert types(webhook) == []
    handling.end_silence(silence=silence)
    assert types(webhook) == ["alarm.opened"], "pbx2 is back: nobody has to know"
    away()
    assert types(webhook) == ["alarm.opened", "alarm.closed"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_told_to_nobody(webhook: Webhook) -> None:
    with transaction.atomic():
        away("pbx1")
        assert types(webhook) == ["alarm.opened"]
        transaction.set_rollback(True)
    assert types(webhook) == []


# Webhooks


@pytest.mark.django_db
def test_a_program_gets_each_step_signed(webhook: Webhook, receiver: Receiver) -> None:
    away("pbx1")
    handling.acknowledge_alarm(alarm=Alarm.objects.get(), actor="ana", note="Mine")
    assert deliver() == 2
    assert deliver() == 0
    opened, acknowledged = verified(receiver, webhook.secret)
    assert (opened["type"], opened["data"]["text"]) == ("alarm.opened", "pbx1 is away")
    assert (opened["data"]["severity"], opened["data"]["details"]) == ("severe", {"node": "pbx1"})
    assert (acknowledged["data"]["note"], acknowledged["data"]["acknowledged_by"]) == ("Mine", "ana")
    message = webhook.messages.order_by("created_at").first()
    assert message is not None
    assert message.status == MessageStatus.DELIVERED
    assert receiver.requests[0][1]["webhook-id"] == message.message_id
    assert [item.status for item in message.attempts.all()] == [204]


@pytest.mark.django_db
def test_what_is_not_taken_is_sent_again_the_same_and_each_try_is_kept(webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = answers(503, b"later", Retry_After="3600")
    away("pbx1")
    assert deliver() == 0
    message = webhook.messages.get()
    assert message.due_at > timezone.now() + timedelta(minutes=59)
    assert Webhook.objects.get().failing_since is not None
    receiver.answer = answers(200)
    WebhookMessage.objects.update(due_at=timezone.now())
    assert deliver() == 1
    assert Webhook.objects.get().failing_since is None
    (_, first, body), (_, second, again) = receiver.requests
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert [(item.status, item.excerpt) for item in message.attempts.all()] == [(503, "later"), (200, "")]
    addressees.send_again(message=message)
    with pytest.raises(Conflict):
        addressees.send_again(message=message)
    assert deliver() == 1
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.requests}) == 1


@pytest.mark.django_db
def test_a_message_that_nobody_ever_takes_is_given_up(webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = answers(500)
    away("pbx1")
    for _ in range(12):
        WebhookMessage.objects.update(due_at=timezone.now())
        deliver()
    message = webhook.messages.get()
    assert message.status == MessageStatus.GIVEN_UP
    assert message.attempts.count() == 9


@pytest.mark.django_db
@pytest.mark.parametrize("is_gone", [True, False])
def test_a_receiver_that_is_gone_is_switched_off_with_an_alarm(
    webhook: Webhook, receiver: Receiver, is_gone: bool
) -> None:
    other = make_webhook(name="Other", url=webhook.url)
    receiver.answer = answers(410 if is_gone else 500)
    if not is_gone:
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(hours=73))
    away("pbx1")
    webhook_delivery.deliver(webhook.pk)
    webhook.refresh_from_db()
    assert not webhook.enabled
    assert webhook.disabled_reason
    alarm = Alarm.objects.get(kind="webhook_disabled")
    assert alarm.subject == str(webhook.pk)
    assert "alarm.opened" in types(other)
    assert webhook.pk not in webhook_delivery.webhooks_with_messages(timezone.now())
    webhook.enabled = True
    addressees.save_webhook(webhook)
    webhook_delivery.report_disabled_webhooks()
    alarm.refresh_from_db()
    assert alarm.closed_at is not None
    assert webhook.failing_since is None


@pytest.mark.django_db
def test_after_a_new_secret_both_sign_for_a_while(webhook: Webhook, receiver: Receiver) -> None:
    old = webhook.secret
    new = addressees.renew_secret(webhook=webhook).secret
    assert new != old
    away("pbx1")
    deliver()
    verified(receiver, old)
    verified(receiver, new)
    receiver.requests.clear()
    Webhook.objects.update(old_secret_until=timezone.now())
    away()
    deliver()
    verified(receiver, new)
    assert len(receiver.requests[0][1]["webhook-signature"].split(" ")) == 1


@pytest.mark.django_db
def test_a_secret_is_encrypted_shown_once_and_in_no_changelog(client: Client) -> None:
    client.force_login(UserFactory.create(role=Role.ADMIN), backend="voipadmin.users.backends.RoleBackend")
    answers_given = {"name": "Pager", "url": "https://8.8.8.8/alarms", "language": "en", "enabled": "on"}
    client.post(reverse("core:webhook_create"), answers_given)
    webhook = Webhook.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM core_webhook")
        assert cursor.fetchone()[0].startswith("enc:")
    page = reverse("core:webhook_detail", args=[webhook.pk])
    assert webhook.secret not in client.get(page).content.decode()
    shown = client.post(reverse("core:webhook_show", args=[webhook.pk]))
    assert webhook.secret in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert webhook.secret not in client.post(reverse("core:webhook_show", args=[webhook.pk])).content.decode()
    confirm(client, reverse("core:webhook_renew", args=[webhook.pk]))
    changes = "".join(str(entry.changes) for entry in LogEntry.objects.all())
    webhook.refresh_from_db()
    assert webhook.secret not in changes
    assert webhook.old_secret not in changes


@pytest.mark.django_db
def test_scripts_get_a_secret_when_it_is_made_and_never_again(webhook: Webhook, settings: Any) -> None:
    script = ApiClient(UserFactory.create(role=Role.ADMIN))
    body = {"name": "Script", "url": "https://8.8.8.8/a", "kinds": [AWAY.code]}
    made = script.post("/webhooks/", body)
    assert made.status_code == 201, made.content
    assert made.json()["secret"].startswith("whsec_")
    path = f"/webhooks/{made.json()['id']}"
    assert "secret" not in script.get(path).json()
    assert script.post(f"{path}/renew-secret", {}).json()["secret"] != made.json()["secret"]
    tested = script.post(f"/webhooks/{webhook.pk}/test", {})
    assert tested.status_code == 201
    deliver()
    tries = script.get(f"/webhook-messages/{tested.json()['id']}/attempts").json()
    assert [item["status"] for item in tries] == [204]
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    for wrong in ({"url": "https://127.0.0.1/"}, {"url": "https://169.254.169.254/"}, {"kinds": ["nonsense"]}):
        refused = script.post("/webhooks/", {**body, "name": "Wrong", **wrong})
        assert refused.status_code in {409, 422}, refused.content
        assert refused.json()["field"] == next(iter(wrong))


# Mail


@pytest.mark.django_db
def test_an_alarm_is_one_letter_in_the_readers_language(
    noc: AlarmReceiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PANEL_URL = "https://voip.example.com"
    AlarmReceiver.objects.create(name="Plantão", email="plantao@example.com", language="pt-br")
    monkeypatch.setattr(mail_delivery, "read_installation", lambda: Installation(mail_from="NOC <noc@acme.example>"))
    away("pbx1\r\nBcc: all@example.com <b>")
    assert mail_delivery.send_waiting_mails(timezone.now()) == 2
    by_address: dict[str, Any] = {letter.to[0]: letter for letter in mail.outbox}
    english, portuguese = by_address["noc@example.com"], by_address["plantao@example.com"]
    assert english.subject.startswith("[Asterisk Admin] Opened: pbx1 Bcc:")
    assert portuguese.subject.startswith("[Asterisk Admin] Aberto: ")
    assert english.from_email == "NOC <noc@acme.example>"
    assert english.extra_headers["Auto-Submitted"] == "auto-generated"
    assert english.extra_headers["Message-ID"].endswith("@acme.example>")
    assert f"https://voip.example.com/alarms/{Alarm.objects.get().pk}/" in english.body
    assert "Start it." in english.body
    html = english.alternatives[0][0]
    assert "&lt;b&gt;" in html
    assert "<b>" in english.body, "plain text is not escaped"
    assert mail_delivery.send_waiting_mails(timezone.now()) == 0


@pytest.mark.django_db
def test_a_storm_is_two_letters(noc: AlarmReceiver) -> None:
    away("pbx0")
    now = timezone.now()
    mail_delivery.send_waiting_mails(now)
    away(*(f"pbx{number}" for number in range(300)))
    assert mail_delivery.send_waiting_mails(now + timedelta(seconds=30)) == 0
    assert mail_delivery.send_waiting_mails(timezone.now() + BETWEEN_LETTERS) == 1
    assert len(mail.outbox) == 2
    assert "299 steps of alarms · Node away" in mail.outbox[1].subject
    assert "249 more steps" in mail.outbox[1].body
    assert not AlarmMail.objects.filter(status=MessageStatus.WAITING).exists()


@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_an_alarm_and_nothing_is_lost(noc: AlarmReceiver, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    away("pbx1")
    for _ in range(3):
        AlarmMail.objects.update(due_at=timezone.now())
        assert mail_delivery.send_waiting_mails(timezone.now()) == 0
    mail_delivery.report_unsent_mails()
    assert "refused" in Alarm.objects.get(kind="mail_not_sent").details["error"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    AlarmMail.objects.update(due_at=timezone.now())
    assert mail_delivery.send_waiting_mails(timezone.now()) == 2
    mail_delivery.report_unsent_mails()
    assert Alarm.objects.get(kind="mail_not_sent").closed_at is not None
    assert "pbx1 is away" in "".join(str(letter.subject) for letter in mail.outbox)


KINDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
RECEIVERS = st.sampled_from([UUID(int=1), UUID(int=2)])
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@given(
    waiting=st.lists(st.builds(WaitingMail, st.builds(uuid4), RECEIVERS, KINDS), max_size=40),
    last=st.dictionaries(st.tuples(RECEIVERS, KINDS), st.integers(-60, 600)),
)
def test_letters_take_all_that_is_ripe_and_are_few(
    waiting: list[WaitingMail], last: dict[tuple[UUID, str], int]
) -> None:
    sent = {key: NOW - timedelta(seconds=seconds) for key, seconds in last.items()}
    plans = plan_letters(waiting, sent, NOW)
    taken = [key for plan in plans for key in plan.keys]
    assert len(taken) == len(set(taken))
    ripe = {
        item.key
        for item in waiting
        if not 0 <= last.get((item.receiver, item.kind), 10**6) < BETWEEN_LETTERS.total_seconds()
    }
    assert set(taken) == ripe
    for receiver in {item.receiver for item in waiting}:
        own = [plan for plan in plans if plan.receiver == receiver]
        assert len(own) <= LETTERS_A_MINUTE
        assert len({plan.kind for plan in own}) == len(own)
    of = {item.key: item for item in waiting}
    assert all(of[key].receiver == plan.receiver for plan in plans for key in plan.keys)
