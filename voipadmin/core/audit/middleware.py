"""Who makes the changes of a request, for the changelog and the outbox."""

from auditlog.context import auditlog_value
from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponseBase

from voipadmin.core.audit.saves import one_save

NOBODY = {"actor": None, "signal_duid": None}


class AuditMiddleware(AuditlogMiddleware):
    """Forgets the request's actor when it ends; what the thread does next is not that user's doing."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under its user's name."""
        token = auditlog_value.set(NOBODY)
        try:
            with one_save():
                response: HttpResponseBase = super().__call__(request)
                return response
        finally:
            auditlog_value.reset(token)
