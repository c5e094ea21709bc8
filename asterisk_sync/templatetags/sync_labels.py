"""Labels of the synchronisation for templates."""

from django import template

from asterisk_sync.generations import labels
from voipadmin.core.errors import Message

register = template.Library()


@register.filter
def kind_label(kind: str) -> Message:
    """Return the label of a kind of objects."""
    return labels.kind_label(kind)
