"""The kinds of jobs of the reports."""

from reports.schedules import jobs as schedules

__all__ = ["schedules"]
