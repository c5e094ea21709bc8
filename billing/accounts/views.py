"""Pages of accounts: what is left, the ledger, and the forms by which people move money."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.accounts import services
from billing.accounts.filters import AccountFilterSet, LedgerFilterSet
from billing.accounts.forms import AccountForm, AdjustmentForm, ReasonForm, ReceiptForm
from billing.accounts.queries import active_holds, calls_of, entries_of, standing_of, with_standing
from billing.accounts.tables import AccountTable, LedgerTable
from billing.models import Account, LedgerEntry
from billing.stop_reasons import reason_in_words
from voipadmin.core.api.pagination import page_of
from voipadmin.core.api.problems import ProblemError
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.entities.consequences import Question, use_of
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.tables.list_file import ListFile, asked_list_form, list_form_links
from voipadmin.core.text.decimals import format_money

LATEST = 10
ROWS = 100


def _join_accounts(queryset: Any) -> Any:
    return with_standing(queryset.select_related("customer", "plan"))


def ledger_table(rows: Any, user: Any) -> LedgerTable:
    """Return rows of a ledger as `user` may see them; a page of them, which is a list, with the calls they are of."""
    writes = user.has_perm(ACCOUNTS.permission("change"))
    hidden = () if writes else ("reversal",)
    calls = calls_of(rows, user) if isinstance(rows, list) else None
    return LedgerTable(rows, calls=calls, exclude=hidden if user.sees_everything else (*hidden, "actor"))


def _account_context(account: Any, user: Any) -> dict[str, Any]:
    return {
        "standing": standing_of(account),
        "stop_reason": reason_in_words(account.blocked_reason),
        "holds": active_holds(account)[:LATEST],
        "latest": ledger_table(list(entries_of(account)[:LATEST]), user),
    }


ACCOUNTS = Entity(
    model=Account,
    table=AccountTable,
    filterset=AccountFilterSet,
    form=AccountForm,
    creates=False,
    delete=None,
    icon="wallet",
    intro=gettext_lazy("What each customer has or owes, and what its calls may spend."),
    empty_hint=gettext_lazy("Every customer has an account from its first day on."),
    join=_join_accounts,
    groups=(
        FieldGroup(gettext_lazy("Account"), ("customer", "kind", "currency", "plan")),
        FieldGroup(gettext_lazy("Credit"), ("credit_limit", "limits_credit")),
        FieldGroup(gettext_lazy("Limits against fraud"), ("hourly_cap", "daily_cap", "longest_call_seconds")),
        FieldGroup(gettext_lazy("Where to"), ("allowed_countries", "allows_high_risk", "allows_loss")),
    ),
    staff_only=frozenset({"allows_loss", "plan"}),
    synced=False,
    detail_context=_account_context,
    lead_template="billing/account/standing.html",
    main_template="billing/account/latest.html",
    actions_template="billing/account/actions.html",
)


class LedgerView(EntityView[Account]):
    """An account's ledger, page by page through its index; `?export=` with a ListForm gives all that is filtered."""

    entity = ACCOUNTS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Show a part of the ledger."""
        account = self.get_instance()
        filters = LedgerFilterSet(request.GET or None, queryset=entries_of(account), request=request)
        rows = filters.qs if not filters.is_bound or filters.is_valid() else LedgerEntry.objects.none()
        if form := asked_list_form(request):
            table = ledger_table(rows, request.user)
            record_download(request, account, form="CSV", rows=rows.count())
            return ListFile(form).response(table, filename=f"ledger-{account.customer.code}.csv")
        found, cursor = self._part(rows)
        context = {"table": ledger_table(found, request.user), "filter": filters, "next_cursor": cursor}
        context["files"] = list_form_links(request)
        return self.page("billing/account/ledger.html", object=account, **context)

    def _part(self, rows: Any) -> tuple[list[LedgerEntry], str | None]:
        """Return the rows after the cursor of the address; a cursor that is none begins at the newest."""
        cursor = self.request.GET.get("cursor")
        try:
            return page_of(rows, ordering="-happened_at", limit=ROWS, cursor=cursor)
        except ProblemError:
            return page_of(rows, ordering="-happened_at", limit=ROWS, cursor=None)


class MovementView(ActionFormView[Account]):
    """A form that moves money on an account."""

    entity = ACCOUNTS
    aside_template = "billing/account/money_aside.html"
    service: ClassVar[Any]

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Ask in the account's currency."""
        return self.form_class(data, currency=instance.currency)

    def aside_context(self, instance: Any) -> dict[str, Any]:
        """Show what is there before it moves."""
        return {"standing": standing_of(instance)}

    def perform(self, instance: Any, answers: dict[str, Any]) -> Message:
        """Enter it."""
        key = f"page:{answers.pop('key')}"
        actor = self.request.user.get_username()
        entry = type(self).service(account=instance, actor=actor, key=key, **answers)
        self.undo_url = reverse("billing:account_reverse", args=[instance.pk, entry.pk])
        return _("%(kind)s of %(amount)s is entered.") % {
            "kind": entry.get_kind_display(), "amount": format_money(entry.amount, entry.currency),
        }  # fmt: skip

    def undo(self, instance: Any) -> str:
        """Reverse the entry, which asks why."""
        return self.undo_url


class TopUpView(MovementView):
    """Adds credit."""

    form_class = ReceiptForm
    title = gettext_lazy("Top up")
    button = gettext_lazy("Add the credit")
    service = services.top_up


class PaymentView(MovementView):
    """Enters a payment."""

    form_class = ReceiptForm
    title = gettext_lazy("Enter a payment")
    button = gettext_lazy("Enter the payment")
    service = services.take_payment


class AdjustView(MovementView):
    """Moves the balance either way."""

    form_class = AdjustmentForm
    title = gettext_lazy("Adjust the balance")
    button = gettext_lazy("Adjust")
    service = services.adjust


class ReverseView(ActionFormView[Account]):
    """Takes one entry of the ledger back."""

    entity = ACCOUNTS
    form_class = ReasonForm
    title = gettext_lazy("Reverse an entry")
    button = gettext_lazy("Reverse")
    aside_template = "billing/account/reversal_aside.html"

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Ask why; an entry that is not this account's is not found."""
        self.ledger_entry = get_object_or_404(entries_of(instance), pk=self.kwargs["entry"])
        return super().make_form(data, instance)

    def aside_context(self, instance: Any) -> dict[str, Any]:
        """Show what is taken back, and what is left then."""
        standing = standing_of(instance)
        return {"entry": self.ledger_entry, "standing": standing, "after": standing.balance - self.ledger_entry.amount}

    def perform(self, instance: Any, answers: dict[str, Any]) -> Message:
        """Reverse it."""
        actor = self.request.user.get_username()
        services.reverse_entry(entry=self.ledger_entry, actor=actor, **answers)
        return _("“%(entry)s” is reversed.") % {"entry": self.ledger_entry}


class LiftStopView(ButtonView[Account]):
    """Lets the calls of an account through again."""

    entity = ACCOUNTS

    def perform(self, instance: Account) -> Message:
        """Lift the stop."""
        services.lift_stop(account=instance)
        return _("Calls of this customer are let through again.")

    def question(self, instance: Account) -> Question:
        """Ask: whatever stopped the calls may go on, and cost money."""
        return Question(
            title=_("Lift the stop of %(account)s?") % {"account": instance},
            button=_("Lift the stop"),
            icon="lock-open",
            effects=[
                _("Calls of this customer are let through again. They were stopped because: %(reason)s")
                % {"reason": reason_in_words(instance.blocked_reason) or "—"},
                _("Make sure that the cause is gone: nothing else may stop who called without leave."),
            ],
            figures=use_of(instance, self.request.user),
            undo=_("Suspending the customer stops its calls again."),
        )
