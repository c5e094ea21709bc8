"""Who makes the changes of a request, for the changelog and the outbox."""

from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponseBase

from voipadmin.core.audit.actor import no_actor
from voipadmin.core.audit.saves import one_save


class AuditMiddleware(AuditlogMiddleware):
    """Forgets the request's actor when it ends; what the thread does next is not that user's doing."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under its user's name."""
        with no_actor(), one_save():
            response: HttpResponseBase = super().__call__(request)
            return response
