"""What each role may do, in one table that pages, API and admin ask through `user.has_perm`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

VIEW = frozenset({"view"})
# Views of lists are one's own; to give them to all of the staff is a right.
SHARE = frozenset({"share"})
WRITE = frozenset({"view", "add", "change", "delete"})


class Role(models.TextChoices):
    """The roles; each user has one."""

    ADMIN = "admin", _("Administrator")
    OPERATOR = "operator", _("Operator")
    FINANCE = "finance", _("Finance")
    VIEWER = "viewer", _("Viewer")
    CUSTOMER = "customer", _("Customer")


# The numbering plan, which stands below every app.
PLAN = ("core.dialingrule", "core.servicecode", "core.planrange")

# Everybody has jobs, sees its own and may give them up; only the administrator oversees those of others.
JOBS = {"core.job": frozenset({"view", "change"})}

# Alarms and their silences: who may decide anything may say that it sees to one.
ALARMS = ("core.alarm", "core.alarmsilence")
DECIDE = VIEW | {"change"}

# role -> app label or "app.model" -> actions; the narrower key wins. "*" is every app. The admin may do everything.
GRANTS: dict[str, dict[str, frozenset[str]]] = {
    Role.OPERATOR: {
        **JOBS,
        **dict.fromkeys(PLAN, WRITE),
        **dict.fromkeys(ALARMS, DECIDE),
        "core.installation": VIEW,
        "core.alarmreceiver": WRITE,
        "customers": WRITE,
        "routing": WRITE,
        "numbering": WRITE,
        "billing": VIEW,
        "billing.rejectedrecord": VIEW | {"change"},
        "reports": VIEW,
        "reports.reportschedule": WRITE,
        "asterisk_sync": VIEW,
        "asterisk_sync.node": VIEW | {"sync"},
        "asterisk_sync.call": VIEW | {"end"},
        "asterisk_sync.conference": WRITE,
        "core.savedview": SHARE,
    },
    Role.FINANCE: {
        **JOBS,
        **dict.fromkeys(PLAN, VIEW),
        **dict.fromkeys(ALARMS, DECIDE),
        "core.installation": VIEW | {"change"},
        "core.alarmreceiver": VIEW,
        "customers": VIEW,
        "routing": VIEW,
        "numbering": VIEW,
        "billing": WRITE,
        "billing.cdr": VIEW,
        "reports": VIEW,
        "reports.reportschedule": WRITE,
        "asterisk_sync": VIEW,
        "core.savedview": SHARE,
    },
    Role.VIEWER: {
        **JOBS,
        **dict.fromkeys(PLAN, VIEW),
        **dict.fromkeys(ALARMS, VIEW),
        "core.installation": VIEW,
        "core.alarmreceiver": VIEW,
        "customers": VIEW,
        "routing": VIEW,
        "numbering": VIEW,
        "billing": VIEW,
        "reports": VIEW,
        "asterisk_sync": VIEW,
    },
    Role.CUSTOMER: {
        **JOBS,
        "customers": VIEW,
        "numbering.did": VIEW,
        "numbering.didallocation": VIEW,
        "billing.cdr": VIEW,
        "billing.account": VIEW,
        "billing.ledgerentry": VIEW,
        "billing.statement": VIEW,
        "billing.refusedcall": VIEW,
        "asterisk_sync.conference": VIEW,
        "asterisk_sync.conferencesession": VIEW,
        "asterisk_sync.call": VIEW,
        "reports.dashboard": VIEW,
    },
}


def role_allows(role: str, permission: str) -> bool:
    """Tell whether `role` has `permission`, written as Django does: `customers.change_extension`.

    A `reveal` or other special action is granted to the admin and where the table names it.
    """
    if role == Role.ADMIN:
        return True
    app_label, _dot, codename = permission.partition(".")
    action, _underscore, model = codename.partition("_")
    grants = GRANTS.get(role, {})
    allowed = grants.get(f"{app_label}.{model}", grants.get(app_label, frozenset()))
    return action in allowed


def role_sees_app(role: str, app_label: str) -> bool:
    """Tell whether `role` may see anything of an app."""
    return role == Role.ADMIN or any(key.partition(".")[0] == app_label for key in GRANTS.get(role, {}))
