"""Whose a request of the API is, by its token, before any other code asks for `request.user`."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from voipadmin.users.api_requests import is_api_request
from voipadmin.users.tokens.json_web_tokens import TokenRefused, VerifiedToken, verify_token


class BearerRequest(HttpRequest):
    """A request with an Authorization header: one of the two is set."""

    bearer_refusal: str
    verified_token: VerifiedToken


class BearerMiddleware:
    """Set `request.user` from a bearer token on the API; a session beside an Authorization header is not looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Verify the token; a refused one leaves an anonymous user and the reason in `request.bearer_refusal`."""
        authorization = request.headers.get("Authorization", "")
        if authorization and is_api_request(request):
            self._identify(cast(BearerRequest, request), authorization)
        return self.get_response(request)

    @staticmethod
    def _identify(request: BearerRequest, authorization: str) -> None:
        scheme, _space, token = authorization.partition(" ")
        request.user = AnonymousUser()
        request.bearer_refusal = "token_invalid"
        if scheme.lower() != "bearer":
            return
        try:
            verified = verify_token(token.strip())
        except TokenRefused as refusal:
            request.bearer_refusal = refusal.code
            return
        request.user = verified.user
        request.verified_token = verified
