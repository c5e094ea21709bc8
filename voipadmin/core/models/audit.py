"""Which entries of the changelog concern which other objects: a child's entries belong to its parents' pages, too."""

from django.db import models


class AuditLink(models.Model):
    """An entry of the changelog that concerns an object as its parent; a trigger writes it with the entry."""

    id = models.BigAutoField(primary_key=True)
    parent_id = models.UUIDField()
    # No foreign key: entries are never deleted, and the trigger of the same transaction made the row.
    entry_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent_id", "entry_id"], name="audit_link_once")]

    def __str__(self) -> str:
        return f"{self.parent_id} {self.entry_id}"
