"""The kinds of jobs of the reports."""

from reports.calls import export_job
from reports.schedules import jobs as schedules

__all__ = ["export_job", "schedules"]
