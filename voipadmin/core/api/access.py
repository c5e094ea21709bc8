"""Who may call: the middleware identifies everybody, and each operation names the permission that it needs."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest
from ninja.utils import check_csrf

from voipadmin.core.api.idempotency import raise_if_answered_before
from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.models import AnyModel, VisibleRows
from voipadmin.core.viewer import Viewer

REFUSALS = {
    "not_authenticated": "Log in and send the token as “Authorization: Bearer”.",
    "token_invalid": "This token is not valid.",
    "token_expired": "This token has expired; log in again.",
    "token_revoked": "This token was revoked; log in again.",
}


def identify(request: HttpRequest) -> None:
    """Raise 401 for an anonymous request, and 403 for a session's write without its CSRF token.

    A bearer token needs no CSRF token: no browser sends it by itself.
    """
    if not request.user.is_authenticated:
        code = getattr(request, "bearer_refusal", "not_authenticated")
        headers = {"WWW-Authenticate": f'Bearer error="{code}"'}
        raise ProblemError(HTTPStatus.UNAUTHORIZED, code, REFUSALS[code], headers=headers)
    if not hasattr(request, "verified_token") and check_csrf(request):
        raise ProblemError(HTTPStatus.FORBIDDEN, "csrf_failed", "Send the CSRF token as X-CSRFToken.")


class Needs:
    """The permission of an operation; None is for anybody who is logged in."""

    openapi_security_schema: dict[str, str] = {}

    def __init__(self, permission: str | None) -> None:
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Viewer:
        """Return the user, or raise 403; asked before the input is looked at, and before an earlier answer is."""
        if self.permission and not request.user.has_perm(self.permission):
            message = f"Your role lacks the permission {self.permission}."
            raise ProblemError(HTTPStatus.FORBIDDEN, "permission_denied", message)
        raise_if_answered_before(request)
        return request.user


def visible_reference(rows: VisibleRows[AnyModel], *, key: UUID, user: Viewer, field: str) -> AnyModel:
    """Return the object of `rows` that an input refers to, or raise 422: a foreign one is as good as none."""
    found = rows.visible_to(user).filter(pk=key).first()
    if found is None:
        error = FieldError(field, "not_found", "There is no such object.")
        raise ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [error])
    return found
