"""Every address of the panel."""

from django.contrib import admin
from django.urls import include, path

from voipadmin.core import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include("voipadmin.api")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]
