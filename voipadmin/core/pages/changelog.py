"""The changelog of an object's page: its own changes and those of what belongs to it, part by part."""

from dataclasses import dataclass

from django.db import models

from voipadmin.core.audit.described import Change, Save, describe, saves_of
from voipadmin.core.audit.queries import entries_of

PART = 50
LONGEST_KEY = 18


@dataclass(frozen=True)
class ChangelogPart:
    """Some saves, the newest first; `older` is from where the next part goes on, None at the end."""

    saves: list[Save]
    older: int | None


def latest_changes(instance: models.Model) -> list[Change]:
    """Return the changes of the first part, each by itself."""
    return [change for save in changelog_of(instance).saves for change in save.changes]


def changelog_of(instance: models.Model, before: str = "") -> ChangelogPart:
    """Return a part of the changelog: from below the key `before` on, which begins anew where it makes no sense."""
    key = int(before) if before.isascii() and before.isdigit() and len(before) <= LONGEST_KEY else None
    entries = entries_of(instance, before=key, size=PART + 1)
    shown = entries[:PART]
    return ChangelogPart(saves_of(describe(shown)), shown[-1].pk if len(entries) > PART else None)
