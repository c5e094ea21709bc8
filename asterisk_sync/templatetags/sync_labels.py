"""Words of the synchronisation for templates."""

from django import template

from asterisk_sync.generations import labels
from voipadmin.core.errors import Message

register = template.Library()


@register.filter
def kind_label(kind: str) -> Message:
    """Say what kind of object it is."""
    return labels.kind_label(kind)
