"""A write that is sent again under its Idempotency-Key answers what it answered the first time.

Source: IETF draft "The Idempotency-Key HTTP Header Field".
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from voipadmin.core.api.problems import FieldError, ProblemError
from voipadmin.core.models import IdempotentWrite

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200
FOUND = "earlier_idempotent_write"


class AnsweredBefore(Exception):
    """The request was answered before; raised where the caller's permission has been checked again."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def raise_if_answered_before(request: HttpRequest) -> None:
    """Raise what `answer_once` found to have been answered, or the misuse of its key."""
    earlier: tuple[IdempotentWrite, str] | None = vars(request).get(FOUND)
    if earlier is not None:
        raise AnsweredBefore(_replay(*earlier))


def answer_once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Return `answer()`, or what it returned before for this user and key.

    The operation is asked again all the same, up to its permission. The write and its record are one transaction;
    only successes are kept, for a refused write changed nothing.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return answer()
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        error = FieldError(None, "idempotency_key", f"An {HEADER} has 1 to {LONGEST_KEY} printable ASCII characters.")
        raise ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [error])
    owner, digest = str(request.user.pk), _digest_of(request)
    with transaction.atomic():
        _lock(owner, key)
        IdempotentWrite.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
        earlier = IdempotentWrite.objects.filter(owner=owner, key=key).first()
        if earlier is not None:
            vars(request)[FOUND] = earlier, digest
            return answer()
        response = answer()
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            transaction.set_rollback(True)
        else:
            _keep(owner, key, digest, response)
        return response


def _digest_of(request: HttpRequest) -> str:
    parts = (request.method or "", request.get_full_path(), request.content_type or "")
    if request.content_type == "multipart/form-data":
        return _digest_of_form(request, parts)
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()


def _digest_of_form(request: HttpRequest, parts: tuple[str, ...]) -> str:
    """Return the digest of what a form says: its boundary is another each time, and its files may be long."""
    digest = hashlib.sha256(repr((parts, sorted(request.POST.lists()))).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for piece in file.chunks():
                digest.update(piece)
            file.seek(0)
    return digest.hexdigest()


def _lock(owner: str, key: str) -> None:
    # PostgreSQL's advisory locks are 64-bit numbers. Two keys of one number would only answer 409 once too often.
    number = int.from_bytes(hashlib.sha256(f"{owner}\n{key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            message = "The first request with this key is still being worked on."
            raise ProblemError(HTTPStatus.CONFLICT, "idempotency_in_progress", message, headers={"Retry-After": "1"})


def _replay(earlier: IdempotentWrite, digest: str) -> HttpResponse:
    if earlier.request_hash != digest:
        error = FieldError(None, "idempotency_key_reused", "This key was used for another request.")
        raise ProblemError.of_errors(HTTPStatus.UNPROCESSABLE_ENTITY, [error])
    return HttpResponse(
        earlier.body,
        status=earlier.status,
        content_type=earlier.content_type or None,
        headers=({"Location": earlier.location} if earlier.location else {}) | {REPLAYED: "true"},
    )


def _keep(owner: str, key: str, digest: str, response: HttpResponse) -> None:
    IdempotentWrite.objects.create(
        owner=owner,
        key=key,
        request_hash=digest,
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        location=response.get("Location", ""),
        body=response.content.decode(),
    )
