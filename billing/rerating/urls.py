"""Addresses of re-ratings."""

from django.urls import path

from billing.rerating import pages
from voipadmin.core.pages import entity_urls

ONE = "reratings/<uuid:pk>"

urlpatterns = [
    path("reratings/start/", pages.StartView.as_view(), name="rerating_start"),
    path(f"{ONE}/progress/", pages.ReratingProgressView.as_view(), name="rerating_progress"),
    path(f"{ONE}/compute/", pages.ComputeView.as_view(), name="rerating_compute"),
    path(f"{ONE}/approve/", pages.ApproveView.as_view(), name="rerating_approve"),
    path(f"{ONE}/continue/", pages.GoOnView.as_view(), name="rerating_continue"),
    path(f"{ONE}/cancel/", pages.CancelView.as_view(), name="rerating_cancel"),
    *entity_urls("reratings", pages.RERATINGS),
]
