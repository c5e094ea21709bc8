"""What every address of the API goes through: who asks, idempotency, and problems for whatever goes wrong."""

from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, path, re_path

from voipadmin.core.api.access import identify
from voipadmin.core.api.idempotency import answer_once
from voipadmin.core.api.problems import ProblemError, malformed_form, not_found, problem_response, too_large

View = Callable[..., HttpResponse]


def guarded_urls(patterns: Iterable[URLPattern], *, public: frozenset[str], pages: frozenset[str]) -> list[URLPattern]:
    """Return the guarded addresses, each with and without its last slash, and 404 for any other.

    `public` names what an anonymous request may reach; `pages` are left to the log-in page's own rules.
    """
    guarded: list[URLPattern] = []
    for pattern in patterns:
        guarded.append(pattern)
        if pattern.name in pages:
            continue
        pattern.callback = guard(pattern.callback, public=pattern.name in public)
        route = str(pattern.pattern)
        if route:
            other = route.removesuffix("/") if route.endswith("/") else route + "/"
            guarded.append(path(other, pattern.callback))
    return [*guarded, re_path(r"\A[\s\S]*\Z", guard(_nothing_here, public=False))]


def guard(view: View, *, public: bool) -> View:
    """Return `view` with identification, idempotency and problems as the answer to whatever goes wrong."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if not public:
                identify(request)
            response = _answer(request, lambda: view(request, *args, **kwargs), public=public)
        except ProblemError as problem:
            response = problem_response(problem)
        except Http404:
            response = problem_response(not_found())
        except RequestDataTooBig:
            response = problem_response(too_large())
        except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent):
            response = problem_response(malformed_form())
        # Answers may hold secrets and always depend on who asks.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    inner.csrf_exempt = True  # type: ignore[attr-defined]  # identify() checks what needs it
    inner.login_required = False  # type: ignore[attr-defined]  # identify() answers 401 rather than a log-in page
    return inner


def _answer(request: HttpRequest, answer: Callable[[], HttpResponse], *, public: bool) -> HttpResponse:
    response = answer() if public else answer_once(request, answer)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = response.headers.get("Allow", "")
        message = f"This address answers {allowed}."
        raise ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", message, headers={"Allow": allowed})
    return response


def _nothing_here(_request: HttpRequest) -> HttpResponse:
    raise not_found()
