"""The kinds of jobs of the kit of pages."""

from voipadmin.core.pages.bulk import work
from voipadmin.core.pages.listing import list_export

__all__ = ["list_export", "work"]
