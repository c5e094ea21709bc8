"""Addresses of jobs."""

from django.urls import path

from voipadmin.core.job_pages import pages
from voipadmin.core.pages import entity_urls

ONE = "jobs/<uuid:pk>"

urlpatterns = [
    path("jobs/indicator/", pages.job_indicator, name="job_indicator"),
    path("jobs/drawer/", pages.job_drawer, name="job_drawer"),
    path(f"{ONE}/progress/", pages.JobProgressView.as_view(), name="job_progress"),
    path(f"{ONE}/cancel/", pages.JobCancelView.as_view(), name="job_cancel"),
    path(f"{ONE}/repeat/", pages.JobRepeatView.as_view(), name="job_repeat"),
    path(f"{ONE}/files/<uuid:file>/", pages.JobFileView.as_view(), name="job_file"),
    *entity_urls("jobs", pages.JOBS),
]
