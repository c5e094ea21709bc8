"""The letters of the reports."""

from reports.schedules import letters as schedules
from reports.statements import letters as statements

__all__ = ["schedules", "statements"]
