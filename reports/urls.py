"""Addresses of the dashboard."""

from django.urls import path

from reports import views
from reports.gap_page import cdr_gaps

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("dashboard/live/", views.dashboard_live, name="dashboard_live"),
    path("dashboard/hours/", views.dashboard_hours, name="dashboard_hours"),
    path("calls/missing/", cdr_gaps, name="cdr_gaps"),
]
