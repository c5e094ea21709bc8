"""What every page's skeleton needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the product's name and the clock's zone."""
    return {"site_name": settings.SITE_NAME, "site_time_zone": settings.TIME_ZONE}
