"""The kinds of jobs of billing."""

from billing.decks import jobs as decks
from billing.rerating import jobs as reratings
from billing.statements import jobs as statements

__all__ = ["decks", "reratings", "statements"]
