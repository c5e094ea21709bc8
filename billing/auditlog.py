"""The changelog of billing; call records are never changed by hand and need none."""

from billing.models import Tariff
from voipadmin.core.audit import keep_changelog

keep_changelog(Tariff)
