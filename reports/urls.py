"""Addresses of the dashboard and the reports."""

from django.urls import path

from reports import views
from reports.burn.part import burn_poll
from reports.calls.page import CallsFileView
from reports.calls.totals import CallsTotalsView
from reports.cdr_files.cdr_import_page import CallFileView
from reports.cdr_files.gap_page import cdr_gaps
from reports.dids.page import DidReportView
from reports.numbers.page import number_page, number_route
from reports.patterns.page import pattern_matches
from reports.schedules.pages import SCHEDULES, LetterAgainView, RunNowView
from reports.statements.files import StatementFileView
from reports.traffic.of_objects import extension_minutes, gateway_quality
from reports.traffic.page import MarginView, QualityView
from voipadmin.core.pages import entity_urls

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("dashboard/live/", views.dashboard_live, name="dashboard_live"),
    path("dashboard/poll/", views.dashboard_poll, name="dashboard_poll"),
    path("dashboard/hours/", views.dashboard_hours, name="dashboard_hours"),
    path("live/burn/", burn_poll, name="burn_poll"),
    path("calls/import/", CallFileView.as_view(), name="cdr_import"),
    path("reports/margin/", MarginView.as_view(), name="margin"),
    path("reports/quality/", QualityView.as_view(), name="quality"),
    path("reports/quality/gateways/<uuid:pk>/", gateway_quality, name="gateway_quality"),
    path("reports/minutes/extensions/<uuid:pk>/", extension_minutes, name="extension_minutes"),
    path("reports/dids/", DidReportView.as_view(), name="dids"),
    path("numbers/<str:written>/route/", number_route, name="number_route"),
    path("numbers/<str:written>/", number_page, name="number"),
    path("patterns/matches/", pattern_matches, name="pattern"),
    path("calls/totals/", CallsTotalsView.as_view(), name="calls_totals"),
    path("calls/file/", CallsFileView.as_view(), name="calls_file"),
    path("money/statements/<uuid:pk>/file/", StatementFileView.as_view(), name="statement_file"),
    path("reports/schedules/<uuid:pk>/run/", RunNowView.as_view(), name="reportschedule_run"),
    path("reports/schedules/<uuid:pk>/again/<uuid:letter>/", LetterAgainView.as_view(), name="reportschedule_again"),
    *entity_urls("reports/schedules", SCHEDULES),
    path("calls/missing/", cdr_gaps, name="cdr_gaps"),
]
