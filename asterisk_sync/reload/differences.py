"""The sentences for what a running Asterisk has otherwise than expected."""

from django.utils.translation import gettext as _


def missing(what: object) -> str:
    """Say that something expected is not there."""
    return _("%(object)s is missing") % {"object": what}


def still_there(what: object) -> str:
    """Say that something which a set removed is there."""
    return _("%(object)s is still there") % {"object": what}


def altered(what: object) -> str:
    """Say that something is there and differs from what is expected."""
    return _("%(object)s does something else") % {"object": what}


def not_in_the_set(what: object) -> str:
    """Say that something is there that no file of the set has."""
    return _("%(object)s is not in the set") % {"object": what}
