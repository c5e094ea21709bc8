"""Recordings are kept for as long as the operator said, and nothing else of the folder is touched."""

import os
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from asterisk_sync.conferences.recordings import delete_old_recordings
from asterisk_sync.models import ConferenceSession, Node
from tests.entities import make_conference


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
