"""The form of a new extension, sent to a real gunicorn as an operator's browser does, and how long that takes."""

import http.client
import secrets
import time
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Extension
from voipadmin.users.models import User
from voipadmin.users.roles import Role

PATIENCE_SECONDS = 20.0
_NUMBERS = count(500_000)


class NotSavedError(RuntimeError):
    """The page did not say that it saved."""


@dataclass
class Operator:
    """Somebody who is logged in."""

    port: int
    office: Customer
    session: str = ""

    def log_in(self) -> None:
        """Make a user and its session."""
        user: User = User.objects.create(username="operator", role=Role.OPERATOR)
        client = Client()
        client.force_login(user, backend="voipadmin.users.backends.RoleBackend")
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def save_extension(self) -> float:
        """Send the form of a new extension and return the seconds until the answer; raise NotSavedError."""
        serial, token = next(_NUMBERS), secrets.token_hex(16)
        body = urlencode({
            "customer": self.office.pk, "number": str(serial), "enabled": "on", "codecs": "alaw", "max_contacts": "1",
            "caller_id_name": f"Form{serial}", "csrfmiddlewaretoken": token,
        })  # fmt: skip
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}; {settings.CSRF_COOKIE_NAME}={token}",
        }
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        began = time.monotonic()
        try:
            web.request("POST", reverse("customers:extension_create"), body, headers)
            answer = web.getresponse()
            answer.read()
        finally:
            web.close()
        took = time.monotonic() - began
        # The answer shows the new secret, once; it is the row that counts.
        if answer.status >= http.HTTPStatus.BAD_REQUEST or not Extension.objects.filter(number=serial).exists():
            raise NotSavedError(f"the form was answered with status {answer.status}")
        return took
