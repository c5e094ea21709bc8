"""Writes that every domain shares: one transaction, full validation, errors in the domain's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from voipadmin.core.errors import Conflict, InUse
from voipadmin.core.models import AnyModel


@contextmanager
def all_or_nothing(instance: models.Model) -> Iterator[None]:
    """Open one transaction; where it fails, an instance that was new is new again."""
    adding = instance._state.adding
    try:
        with transaction.atomic():
            yield
    except BaseException:
        instance._state.adding = adding
        raise


def save_object(instance: AnyModel) -> AnyModel:
    """Validate and save `instance`; raise ValidationError, or Conflict where a concurrent write won."""
    try:
        with all_or_nothing(instance):
            instance.full_clean()
            instance.save()
    except IntegrityError as error:
        raise Conflict(_("Someone else saved the same value a moment ago. Look again and retry.")) from error
    return instance


def delete_object(instance: models.Model) -> None:
    """Delete `instance`; raise InUse, naming what stands on it, where the database protects it."""
    try:
        with transaction.atomic():
            instance.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        objects = error.protected_objects if isinstance(error, models.ProtectedError) else error.restricted_objects
        named = ", ".join(sorted(str(item) for item in objects)[:5])
        raise InUse(_("“%(object)s” is in use by: %(users)s.") % {"object": instance, "users": named}) from error
    except IntegrityError as error:
        raise Conflict(_("Someone else began to use this a moment ago. Look again and retry.")) from error


def error_messages(error: ValidationError) -> dict[str, list[str]]:
    """Return the messages of a ValidationError by field; `__all__` holds those of the whole object."""
    return error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
