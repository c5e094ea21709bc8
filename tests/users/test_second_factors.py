import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


def test_the_key_of_a_second_factor_is_not_readable_in_the_database() -> None:
    key = generate_totp_secret()

    TOTP.activate(UserFactory.create(), key)

    stored = Authenticator.objects.get().data["secret"]
    assert key not in stored
    assert get_adapter().decrypt(stored) == key
