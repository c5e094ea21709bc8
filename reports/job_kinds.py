"""The kinds of jobs of the reports."""

from reports.calls import export_job
from reports.cdr_files import cdr_import_job
from reports.dids import export_job as did_export
from reports.schedules import jobs as schedules

__all__ = ["cdr_import_job", "did_export", "export_job", "schedules"]
