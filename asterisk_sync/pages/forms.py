"""The form of a node."""

from django.utils.translation import gettext_lazy as _

from asterisk_sync.models import Node
from voipadmin.core.forms.entity_form import EntityForm


class NodeForm(EntityForm):
    """A node."""

    fieldsets = (
        (_("Node"), _("One Asterisk."), ("name", "host", "enabled")),
        (
            _("Decisions"),
            _("What happens by itself, and what waits for a person."),
            ("mode", "on_drift"),
        ),
        (
            _("Manager interface"),
            _("By which the panel reloads it and reads back what is live."),
            ("ami_host", "ami_port", "ami_username", "ami_secret", "originate_username", "originate_secret"),
        ),
        (
            _("Files"),
            _("Where the worker of this node finds them."),
            ("config_path", "spool_path", "cdr_path"),
        ),
    )

    class Meta:
        model = Node
