"""Every address of the panel."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from voipadmin.core.pages import faults, health, list_urls
from voipadmin.core.pages.decimal_reading import decimal_reading
from voipadmin.core.pages.installation import InstallationView
from voipadmin.core.polling.renewal import next_addresses
from voipadmin.core.polling.serving import part_view
from voipadmin.search.page import search
from voipadmin.users import account_urls

# The log-in page is the only way in: the admin's own form would pass by the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("customers.urls")),
    path("", include("routing.urls")),
    path("", include("numbering.urls")),
    path("", include("numbering.plan.urls")),
    path("", include("billing.urls")),
    path("", include("asterisk_sync.urls")),
    path("", include("voipadmin.users.urls")),
    path("live/part/<str:token>", part_view, name="polled_part"),
    path("live/addresses/", next_addresses, name="next_addresses"),
    path("search/", search, name="search"),
    path("lists/", include(list_urls)),
    path("forms/decimal/", decimal_reading, name="decimal_reading"),
    path("installation/", InstallationView.as_view(), name="installation"),
    path("language/", include("django.conf.urls.i18n")),
    path("accounts/", include(account_urls)),
    path("admin/", admin.site.urls),
    path("api/", include("voipadmin.api")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
]

handler400 = faults.bad_request
handler403 = faults.permission_denied
handler404 = faults.page_not_found
handler500 = faults.server_error
