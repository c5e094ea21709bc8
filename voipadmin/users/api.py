"""The REST API of log-in and log-out."""

import uuid
from http import HTTPStatus
from typing import Annotated, Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from voipadmin.core.api.access import Needs
from voipadmin.core.api.input_errors import domain_problem
from voipadmin.core.api.problems import ProblemError
from voipadmin.core.api.schemas import Input, Output
from voipadmin.users.log_in.delayed_forms import wait_seconds
from voipadmin.users.models import User
from voipadmin.users.roles import Role
from voipadmin.users.tokens import services as token_services

router = Router(tags=["auth"])


class LogIn(Input):
    """Name, password and, where the user has it on, the code of the authenticator app or a recovery code."""

    username: Annotated[str, Field(max_length=150)]
    password: Annotated[str, Field(max_length=1024, json_schema_extra={"format": "password"})]
    totp_code: Annotated[str, Field(max_length=32)] = ""


class Token(Output):
    """A bearer token; `expires_in` is in seconds."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the type's name in RFC 6750
    expires_in: int


class Me(Output):
    """Who the token is of."""

    id: uuid.UUID
    username: str
    name: Annotated[str, Field(validation_alias="display_name")]
    role: Role


@router.post("/login", response=Token, auth=None, url_name="login", operation_id="log_in")
def log_in(request: HttpRequest, payload: LogIn) -> Any:
    """Exchange name and password for a token. After five failures the next try has to wait, here and on the pages."""
    try:
        return token_services.log_in(
            request=request,
            username=payload.username,
            password=payload.password,
            totp_code=payload.totp_code,
            now=timezone.now(),
        )
    except token_services.LockedOut as error:
        raise _locked_out(request, error) from error
    except token_services.LogInRefused as error:
        raise domain_problem(error, names={}, status=HTTPStatus.UNAUTHORIZED) from error


def _locked_out(request: HttpRequest, error: token_services.LockedOut) -> ProblemError:
    headers = {"Retry-After": str(wait_seconds(request))}
    return ProblemError(HTTPStatus.TOO_MANY_REQUESTS, error.code, str(error.message), headers=headers)


@router.post("/logout", response={204: None}, auth=Needs(None), operation_id="log_out")
def log_out(request: HttpRequest) -> Any:
    """Revoke the token that the request bears."""
    token = getattr(request, "verified_token", None)
    if token is None:
        message = "Log out of a session on its page; this ends bearer tokens."
        raise ProblemError(HTTPStatus.CONFLICT, "no_token", message)
    token_services.revoke_token(token=token, now=timezone.now())
    return Status(204, None)


@router.post("/logout-all", response={204: None}, auth=Needs(None), operation_id="log_out_everywhere")
def log_out_everywhere(request: HttpRequest) -> Any:
    """Revoke every token of the user."""
    token_services.revoke_all_tokens(user=cast(User, request.user), now=timezone.now())
    return Status(204, None)


@router.get("/me", response=Me, auth=Needs(None), operation_id="who_am_i")
def who_am_i(request: HttpRequest) -> Any:
    """Tell who the token is of."""
    return request.user
