"""The kinds of jobs of the kit of pages."""

from voipadmin.core.pages import list_export
from voipadmin.core.pages.bulk import work

__all__ = ["list_export", "work"]
