"""Log-in pages come from allauth; nobody signs up, and a device is known once somebody logged in on it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from voipadmin.users.log_in.attempts import one_at_a_time
from voipadmin.users.log_in.known_devices import remember_device
from voipadmin.users.models import User


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check name and password, one guess of a name after the other."""
        with one_at_a_time(str(credentials.get("username", ""))):
            return super().authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address; through a socket of the file system there is none."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - a placeholder, nothing listens

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Remember the device: failures elsewhere do not delay the log-in on it any more."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(request, response, user.username)
        return response
