"""The kinds of jobs of billing."""

from billing.statements import jobs

__all__ = ["jobs"]
