"""The changelog of users."""

from voipadmin.core.audit import keep_changelog
from voipadmin.users.models import User

keep_changelog(User)
