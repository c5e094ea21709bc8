"""Addresses of the dashboard."""

from django.urls import path

from reports import views
from reports.cdr_import_page import CallFileView
from reports.gap_page import cdr_gaps

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("dashboard/live/", views.dashboard_live, name="dashboard_live"),
    path("dashboard/hours/", views.dashboard_hours, name="dashboard_hours"),
    path("calls/import/", CallFileView.as_view(), name="cdr_import"),
    path("calls/missing/", cdr_gaps, name="cdr_gaps"),
]
