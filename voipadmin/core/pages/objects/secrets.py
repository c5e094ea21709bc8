"""A secret is shown when somebody with the permission asks for it, and the changelog says who did."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.objects.views import EntityView


class SecretView(EntityView[AnyModel]):
    """Reveals one secret of an object, on POST."""

    action = "reveal"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: UUID, field: str) -> HttpResponse:
        """Log the access, then show the secret with a button that copies it."""
        if field not in self.entity.secrets:
            raise Http404
        instance = self.get_instance()
        record_event(AuditEvent.SECRET_SHOWN, instance, details={"field": field})
        response = self.page(
            "components/secret_shown.html", object=instance, secret=getattr(instance, field), field=field
        )
        response["Cache-Control"] = "no-store"
        return response
