"""Which node carries which object. Every enabled node carries everything, until a placement is asked for."""

from uuid import UUID

from django.db import models

from asterisk_sync.models import Node


def nodes_carrying(instance: models.Model) -> frozenset[UUID]:
    """Return the nodes whose configuration `instance` is part of."""
    if isinstance(instance, Node):
        return frozenset({instance.pk}) if instance.enabled else frozenset()
    return frozenset(Node.objects.filter(enabled=True).values_list("pk", flat=True))
