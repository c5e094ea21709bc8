"""The changelog of routing."""

from routing.models import Gateway, Provider, Route, RouteGateway
from voipadmin.core.audit.changelog import keep_changelog

keep_changelog(Provider)
keep_changelog(Gateway)
keep_changelog(Route, m2m=["customers"])
keep_changelog(RouteGateway)
