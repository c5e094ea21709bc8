"""The panel's TLS certificate: until when it is valid, read from a file or asked of the server that shows it."""

import socket
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from voipadmin.core.alarms.own_kinds import CERTIFICATE_EXPIRES, CERTIFICATE_UNREADABLE
from voipadmin.core.alarms.services import report_state

CONNECT_SECONDS = 5.0
LARGEST_FILE = 1024 * 1024


def valid_until(where: str) -> datetime:
    """Return until when the certificate of `where` is valid: of a PEM file, or of the server at HOST:PORT.

    Of several in a file the first is the server's own. Raise OSError or ValueError where there is none to read.
    """
    path = Path(where)
    if path.is_absolute():
        with path.open("rb") as file:
            return x509.load_pem_x509_certificates(file.read(LARGEST_FILE))[0].not_valid_after_utc
    host, _colon, port = where.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError("neither an absolute path nor HOST:PORT")
    return _shown_by(host.strip("[]"), int(port))


def _shown_by(host: str, port: int) -> datetime:
    # Whoever issued it and whether it is over: that is what is asked, so it is not verified.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=CONNECT_SECONDS) as opened,
        context.wrap_socket(opened, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    if not shown:
        raise ValueError("the server shows no certificate")
    return x509.load_der_x509_certificate(shown).not_valid_after_utc


def report_certificate(now: datetime) -> None:
    """Open an alarm CERTIFICATE_DAYS before the end of the panel's certificate, or where it cannot be read."""
    where = settings.PANEL_CERTIFICATE
    unreadable, expires = {}, {}
    if where:
        try:
            until = valid_until(where)
        except (OSError, ValueError) as error:
            unreadable[""] = {"where": where, "error": f"{type(error).__name__}: {error}"[:300]}
        else:
            if until - now < timedelta(days=settings.CERTIFICATE_DAYS):
                day = timezone.localtime(until).isoformat(" ", "minutes")
                expires[""] = {"where": where, "until": day, "days": (until - now).days}
    report_state(CERTIFICATE_UNREADABLE, unreadable, now=now)
    # What cannot be read now is no news of the certificate: an alarm of it stays.
    report_state(CERTIFICATE_EXPIRES, expires, now=now, kept=[""] if unreadable else [])
