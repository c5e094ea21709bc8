"""The forms of users and of one's own profile."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.users.models import User
from voipadmin.users.people.services import generate_password, save_user


class UserForm(EntityForm):
    """A user; a new one gets a generated password, shown once."""

    fieldsets = (
        (
            _("Person"),
            _("The password of a new user is generated and shown once."),
            ("username", "first_name", "last_name", "email"),
        ),
        (
            _("Access"),
            _("A user of role customer sees only the customers that name it in their form."),
            ("role", "is_active"),
        ),
    )

    class Meta:
        model = User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.generated_password = ""
        self.fields["is_active"].help_text = _("Untick to lock this person out without losing the history.")

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        if self.instance._state.adding:
            self.generated_password = generate_password()
        return save_user(user=self.instance, password=self.generated_password or None)


class ProfileForm(EntityForm):
    """What a person may change of itself."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")

    def save(self, commit: bool = True) -> Any:
        """Save through the domain."""
        return save_user(user=self.instance)
