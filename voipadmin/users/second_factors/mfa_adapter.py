"""Second factors: their keys are encrypted in the database, as SIP secrets are; the last one stays where it must."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from voipadmin.core import crypto
from voipadmin.users.models import RolePolicy
from voipadmin.users.second_factors.queries import FACTORS

CONTEXT = "mfa.authenticator"


class EncryptedMFAAdapter(DefaultMFAAdapter):
    """Keep TOTP keys and recovery seeds unreadable for whoever holds a copy of the database only."""

    def encrypt(self, text: str) -> str:
        """Return the ciphertext that is stored."""
        return crypto.encrypt(text, context=CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given; raise DecryptionError where the stored value was altered."""
        return crypto.decrypt(encrypted_text, context=CONTEXT)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last one of a user whose role demands one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        demanding = RolePolicy.objects.filter(role=authenticator.user.role, second_factor_required=True)
        return others.exists() or not demanding.exists()
