"""Pages of statements: list, the statement itself, issue, cancellation, the document."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.accounts.periods import ONE_DAY, day_of, first_of_month
from billing.accounts.views import ACCOUNTS
from billing.models import Account, Statement
from billing.statements import services
from billing.statements.document import document_context, figures_of
from billing.statements.queries import accounts_to_state, last_statement, prepared_by
from billing.statements.tables import CancelForm, IssueAllForm, IssueForm, MailForm, StatementFilterSet, StatementTable
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.installation.queries import logo_address
from voipadmin.core.outgoing.sending import try_again
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView
from voipadmin.core.pages.objects.views import EntityView

LATEST_LETTERS = 20


def _join_statements(queryset: Any) -> Any:
    return queryset.select_related("account__customer", "content")


def statement_context(statement: Any, user: Any) -> dict[str, Any]:
    """Return the statement as it was issued, in its own language."""
    if statement.number is None:
        return {"job": prepared_by(statement)}
    figures = figures_of(statement)
    with translation.override(figures.language):
        context = {**document_context(figures), "logo": logo_address(figures.issuer.logo)}
        body = render_to_string("billing/statement/body.html", context)
    letters = statement.letters.all()[:LATEST_LETTERS] if user.sees_everything else ()
    return {"body": body, "language": figures.language, "letters": letters}


STATEMENTS = Entity(
    model=Statement,
    table=StatementTable,
    filterset=StatementFilterSet,
    delete=None,
    icon="file-text",
    intro=gettext_lazy("What customers are asked to pay, period by period; what was issued never changes."),
    empty_hint=gettext_lazy("A statement is issued on the page of an account, once its period is over."),
    join=_join_statements,
    groups=(
        FieldGroup(
            gettext_lazy("Statement"),
            ("account", "status", "first_day", "last_day", "issued_at", "due_day", "actor", "cancelled_at",
             "cancelled_by", "cancel_reason"),
        ),
    ),
    staff_only=frozenset({"actor", "cancelled_by"}),
    synced=False,
    detail_context=statement_context,
    lead_template="billing/statement/overview.html",
    actions_template="billing/statement/actions.html",
    list_actions_template="billing/statement/list_actions.html",
)  # fmt: skip


class IssueView(ActionFormView[Account]):
    """Asks for the period of an account's next statement, and has it issued."""

    entity = ACCOUNTS
    title = gettext_lazy("Issue a statement")
    button = gettext_lazy("Issue the statement")
    aside_template = "billing/statement/issue_aside.html"

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the month before this one, or what follows the last statement."""
        last = last_statement(instance)
        end = first_of_month(day_of(timezone.now())) - ONE_DAY
        form = IssueForm(data, initial={"first_day": first_of_month(end), "last_day": end})
        if last is not None:
            del form.fields["first_day"]
            if last.last_day >= end:
                form.fields["last_day"].initial = None
        return form

    def aside_context(self, instance: Any) -> dict[str, Any]:
        """Show where the last statement ended."""
        return {"last": last_statement(instance), "late": instance.late_entries.filter(statement=None).count()}

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Have it issued."""
        user: Any = self.request.user
        self.statement = services.issue_statement(account=instance, user=user, **answers)
        return _("The statement is being prepared.")

    def done_url(self, instance: Any) -> str:
        """Go to the statement."""
        statement: Statement | None = getattr(self, "statement", None)
        return statement.get_absolute_url() if statement else super().done_url(instance)


class IssueAllView(ActionFormView[Statement]):
    """Asks for a last day, and has the statements of all accounts issued until it."""

    entity = STATEMENTS
    action = "add"
    title = gettext_lazy("Issue statements of all accounts")
    button = gettext_lazy("Issue the statements")
    aside_template = "billing/statement/issue_all_aside.html"

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the end of the month before this one."""
        return IssueAllForm(data, initial={"last_day": first_of_month(day_of(timezone.now())) - ONE_DAY})

    def aside_context(self, instance: Any) -> dict[str, Any]:
        """Say how many there would be for the month before this one."""
        last = first_of_month(day_of(timezone.now())) - ONE_DAY
        return {"count": accounts_to_state(last).count(), "last_day": last}

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Have them issued."""
        user: Any = self.request.user
        services.issue_all_statements(user=user, **answers)
        return _("The statements are being issued; the job tells how far it is.")


class GoOnView(ButtonView[Statement]):
    """Has a statement prepared whose workers were killed."""

    entity = STATEMENTS

    def perform(self, instance: Statement) -> str:
        """Go on."""
        services.go_on_preparing(statement=instance, user=self.request.user)  # type: ignore[arg-type]  # logged in
        return _("The statement is being prepared.")


class CancelView(ActionFormView[Statement]):
    """Asks why a statement is cancelled, and says what that does."""

    entity = STATEMENTS
    form_class = CancelForm
    title = gettext_lazy("Cancel a statement")
    button = gettext_lazy("Cancel the statement")
    aside_template = "billing/statement/cancel_aside.html"

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Cancel it."""
        services.cancel_statement(statement=instance, actor=self.request.user.get_username(), **answers)
        return _("“%(statement)s” is cancelled.") % {"statement": instance}


class MailView(ActionFormView[Statement]):
    """Asks for an address, and has the statement sent there."""

    entity = STATEMENTS
    title = gettext_lazy("Mail a statement")
    button = gettext_lazy("Send")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the customer's address."""
        return MailForm(data, initial={"recipient": services.address_of(instance)})

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Have it sent."""
        actor = self.request.user.get_username()
        letter = services.mail_statement(statement=instance, actor=actor, **answers)
        return _("The statement goes to %(address)s.") % {"address": letter.recipient}


class MailAgainView(ButtonView[Statement]):
    """Has a letter that was not taken sent once more."""

    entity = STATEMENTS

    def perform(self, instance: Statement) -> str:
        """Try again."""
        letter = get_object_or_404(instance.letters, pk=self.kwargs["letter"])
        try_again(letter)
        return _("The statement goes to %(address)s.") % {"address": letter.recipient}

    def post(self, request: HttpRequest, pk: Any, **_letter: Any) -> HttpResponse:
        """Take the letter from the address."""
        return super().post(request, pk)


class DocumentView(EntityView[Statement]):
    """The document as it was made once."""

    entity = STATEMENTS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Send it, or say that it is being made."""
        statement = self.get_instance()
        if statement.number is None or statement.content.document is None:
            messages.info(request, _("The document is being made; try again in a moment."))
            return redirect(statement.get_absolute_url())
        record_download(request, statement, form="PDF", rows=1)
        response = HttpResponse(bytes(statement.content.document), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{statement.file_name}.pdf"'
        return response
