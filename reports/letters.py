"""The letters of the reports."""

from reports.statements import letters as statements

__all__ = ["statements"]
