"""The superuser's pages of billing, by the room that they belong to."""

from billing.accounts import admin as accounts_admin  # noqa: F401 - it registers its pages
from billing.authorization.refused import admin as authorization_admin  # noqa: F401 - it registers its pages
from billing.cdrs import admin as cdrs_admin  # noqa: F401 - it registers its pages
from billing.decks import admin as decks_admin  # noqa: F401 - it registers its pages
from billing.plans import admin as plans_admin  # noqa: F401 - it registers its pages
from billing.rerating import admin as rerating_admin  # noqa: F401 - it registers its pages
from billing.statements import admin as statements_admin  # noqa: F401 - it registers its pages
from billing.tariffs import admin as tariffs_admin  # noqa: F401 - it registers its pages
