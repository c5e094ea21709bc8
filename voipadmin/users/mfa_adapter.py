"""Second factors: their keys are encrypted in the database, as SIP secrets are."""

from allauth.mfa.adapter import DefaultMFAAdapter

from voipadmin.core import crypto

CONTEXT = "mfa.authenticator"


class EncryptedMFAAdapter(DefaultMFAAdapter):
    """Keep TOTP keys and recovery seeds unreadable for whoever holds a copy of the database only."""

    def encrypt(self, text: str) -> str:
        """Return the ciphertext that is stored."""
        return crypto.encrypt(text, context=CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given; raise DecryptionError where the stored value was altered."""
        return crypto.decrypt(encrypted_text, context=CONTEXT)
