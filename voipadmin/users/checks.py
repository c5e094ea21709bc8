"""System checks of the users app."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from voipadmin.users.tokens.json_web_tokens import token_keys


@register()
def check_token_keys(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with token keys that are weak or ambiguous."""
    try:
        token_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="users.E001")]
    return []
