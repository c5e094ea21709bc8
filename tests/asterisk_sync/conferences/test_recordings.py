"""Recordings are kept for as long as the operator said, and nothing else of the folder is touched."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asterisk_sync.conferences.recordings import delete_old_recordings
from asterisk_sync.models import ConferenceSession, EndReason, Node
from tests.entities import make_conference
from tests.factories import NodeFactory, UserFactory
from voipadmin.core.audit.events import AuditEvent
from voipadmin.users.roles import Role


def test_old_recordings_go_and_everything_else_stays(db: None, tmp_path: Path) -> None:
    now = timezone.now()
    session = ConferenceSession(conference=make_conference(records=True), closes_at=now)
    old, new, other = (
        tmp_path / "monitor" / name for name in (session.recording(), f"conference-{'a' * 32}.wav", "x.wav")
    )
    old.parent.mkdir()
    for path, days in ((old, 31), (new, 29), (other, 400)):
        path.write_bytes(b"RIFF")
        moment = (now - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    node = Node(name="pbx1", spool_path=str(tmp_path / "outgoing"))
    assert delete_old_recordings(node, now, 0) == 0
    assert delete_old_recordings(node, now, 30) == 1
    assert {path.name for path in old.parent.iterdir()} == {new.name, other.name}
    assert delete_old_recordings(Node(name="pbx2", spool_path="/nonexistent/outgoing"), now, 30) == 0


def _recorded(folder: Path, **values: object) -> ConferenceSession:
    node = NodeFactory.create(spool_path=str(folder / "outgoing"))
    times = {"closes_at": timezone.now(), "ended_at": timezone.now(), "end_reason": EndReason.LEFT}
    session = ConferenceSession(conference=make_conference(records=True), node=node, **{**times, **values})
    session.save()
    (folder / "monitor").mkdir(exist_ok=True)
    (folder / "monitor" / session.recording()).write_bytes(b"RIFF....WAVE")
    return session


def _logged_in(role: Role) -> Client:
    client = Client()
    client.force_login(UserFactory.create(role=role))
    return client


@pytest.mark.slow(seconds=0.3)
def test_a_recording_is_taken_from_the_page_of_its_session_and_the_audit_log_says_by_whom(
    db: None, tmp_path: Path
) -> None:
    session = _recorded(tmp_path)
    address = reverse("asterisk_sync:conferencesession_recording", args=[session.pk])
    client = _logged_in(Role.OPERATOR)
    assert address in client.get(session.get_absolute_url()).content.decode()
    answer = client.get(address)
    assert b"".join(answer) == b"RIFF....WAVE"
    assert session.recording() in answer["Content-Disposition"]
    entry = LogEntry.objects.get(object_pk=str(session.pk), additional_data__event=AuditEvent.DOWNLOAD)
    assert "WAV" in str(entry.changes)


@pytest.mark.slow(seconds=0.3)
def test_a_recording_that_is_not_here_or_is_still_being_written_is_not_offered(db: None, tmp_path: Path) -> None:
    over = _recorded(tmp_path)
    (tmp_path / "monitor" / over.recording()).unlink()
    going_on = _recorded(tmp_path, ended_at=None, end_reason="")
    client = _logged_in(Role.OPERATOR)
    for session in (over, going_on):
        address = reverse("asterisk_sync:conferencesession_recording", args=[session.pk])
        assert client.get(address).status_code == 404
        assert address not in client.get(session.get_absolute_url()).content.decode()


def test_a_customer_takes_no_recording_of_another_ones_conference(db: None, tmp_path: Path) -> None:
    session = _recorded(tmp_path)
    address = reverse("asterisk_sync:conferencesession_recording", args=[session.pk])
    assert _logged_in(Role.CUSTOMER).get(address).status_code == 404
