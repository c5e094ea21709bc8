"""The changelog of users."""

from voipadmin.core.audit.changelog import keep_changelog
from voipadmin.users.models import User

keep_changelog(User)
