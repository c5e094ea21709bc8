"""The table of users."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from voipadmin.core.tables.entity_table import BadgeColumn, EntityTable, LinkColumn, TimeColumn, YesNoColumn
from voipadmin.users.models import User


class UserTable(EntityTable):
    """The list of users."""

    username = LinkColumn()
    display_name = tables.Column(verbose_name=_("name"), orderable=False)
    email = tables.Column()
    role = BadgeColumn()
    is_active = YesNoColumn(verbose_name=_("active"))
    last_login = TimeColumn()

    class Meta(EntityTable.Meta):
        model = User
