"""The words of a refusal."""

from django.utils.translation import gettext as _


def missing(what: str) -> str:
    """Say that something meant is not there."""
    return _("%(object)s is missing") % {"object": what}


def surplus(what: str) -> str:
    """Say that something is there that nobody meant."""
    return _("%(object)s is not in the set") % {"object": what}


def altered(what: str) -> str:
    """Say that something is there and is not as it was meant."""
    return _("%(object)s does something else") % {"object": what}
