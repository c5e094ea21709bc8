"""The panel's certificate: of a file or of a server, valid long, not for long, or not to be read."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.core.webhooks.receiver import Receiver, answers, certificate
from voipadmin.core.alarms.certificate import report_certificate
from voipadmin.core.models import Alarm

pytestmark = pytest.mark.django_db


def open_alarms() -> list[tuple[str, Any]]:
    return [(alarm.kind, alarm.details.get("days")) for alarm in Alarm.objects.filter(closed_at=None).order_by("kind")]


def look(settings: Any, where: str) -> list[tuple[str, Any]]:
    settings.PANEL_CERTIFICATE = where
    report_certificate(timezone.now())
    return open_alarms()


def test_a_certificate_that_is_soon_over_is_an_alarm(settings: Any, tmp_path: Path) -> None:
    assert look(settings, "") == []
    assert look(settings, str(certificate(tmp_path, "a.example.com", days=90))) == []
    soon = str(certificate(tmp_path, "b.example.com", days=10))
    assert look(settings, soon) == [("certificate_expires", 9)]
    assert look(settings, str(tmp_path / "none.pem")) == [("certificate_expires", 9), ("certificate_unreadable", None)]
    assert look(settings, str(certificate(tmp_path, "c.example.com", days=-3))) == [("certificate_expires", -4)]
    assert look(settings, "") == []


@pytest.mark.slow(seconds=0.3)
def test_the_certificate_that_a_server_shows_is_read(settings: Any, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, "panel.example.com", days=5))
    server = Receiver(answers(200)).start(context)
    assert look(settings, f"127.0.0.1:{server.port}") == [("certificate_expires", 4)]
    server.stop()
    assert ("certificate_unreadable", None) in look(settings, f"127.0.0.1:{server.port}")


@pytest.mark.parametrize("where", ["panel.example.com", "relative/file.pem", ":443", "host:port"])
def test_what_is_neither_file_nor_server_is_said(settings: Any, where: str) -> None:
    assert look(settings, where) == [("certificate_unreadable", None)]
