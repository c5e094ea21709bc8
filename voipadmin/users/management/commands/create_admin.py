"""The first administrator, without a default password."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from voipadmin.core.services import error_messages
from voipadmin.users.models import User
from voipadmin.users.people.services import AdministratorExists, create_first_administrator, reset_administrator
from voipadmin.users.second_factors.enrolment import hand_out_enrolment_code
from voipadmin.users.second_factors.queries import lacks_second_factor

EXISTS = 3


class Command(BaseCommand):
    """Make the first administrator and print its generated password once.

    Exit codes: 0 made or reset, 1 refused input, 3 an administrator exists and --reset was not given.
    """

    help = "Makes the first administrator and prints a generated password once. Exit code 3: one exists already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the name, the e-mail address and whether an existing one is reset."""
        parser.add_argument("--username", default="admin")
        parser.add_argument("--email", default="")
        parser.add_argument("--reset", action="store_true", help="give this administrator a new password")
        parser.add_argument(
            "--without-second-factors", action="store_true", help="with --reset: forget app, passkeys and codes, too"
        )
        parser.add_argument("--password-only", action="store_true", help="print nothing but the password")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make or reset it."""
        try:
            if options["reset"]:
                user, password = reset_administrator(
                    username=options["username"], without_second_factors=options["without_second_factors"]
                )
            else:
                user, password = create_first_administrator(username=options["username"], email=options["email"])
        except AdministratorExists as error:
            text = f"{error.message} To give one a new password: create_admin --username NAME --reset"
            raise CommandError(text, returncode=EXISTS) from error
        except ValidationError as error:
            errors = [f"{name}: {message}" for name, found in error_messages(error).items() for message in found]
            raise CommandError("; ".join(errors)) from error
        if options["password_only"]:
            self.stdout.write(password)
            return
        self.stdout.write(f"User name: {user.username}")
        self.stdout.write(f"Password:  {password}")
        if lacks_second_factor(User.objects.get(pk=user.pk)):
            self.stdout.write(f"Enrolment: {hand_out_enrolment_code(user=user, now=timezone.now())}")
        self.stdout.write("The password is shown this once and is stored only as a hash.")
