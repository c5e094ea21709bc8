"""Pages of decks: upload, questions, dry run with its lists, activation, undoing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.decks import services
from billing.decks.asking import activation_question, undo_question
from billing.decks.columns.layout import layout_of
from billing.decks.columns.roles import LABELS
from billing.decks.forms import ColumnsForm, UploadForm
from billing.decks.queries import LISTS, rows_of
from billing.decks.questions import message_of
from billing.decks.rows.answers import named_choices_of
from billing.decks.tables import DeckFilterSet, DeckRowTable, DeckTable
from billing.models import Deck, DeckStatus
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.pages import Entity, FieldGroup
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ActionFormView, ButtonView
from voipadmin.core.pages.objects.progress import Progress, ProgressView
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.sheets.input_errors import column_index

BUSY = (DeckStatus.UPLOADED, DeckStatus.READING)
PAGE = 100


def _join_decks(queryset: Any) -> Any:
    return queryset.select_related("provider")


def _told(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [place | {"message": message_of(place)} for place in places]


def progress_of(deck: Deck) -> Progress:
    """Return how far the dry run of a deck is."""
    return Progress(deck, deck.status in BUSY, _("The deck is being read"), deck.progress)


def deck_context(deck: Any, _user: Any) -> dict[str, Any]:
    """Return what the page of a deck shows beside its fields."""
    summary = deck.summary
    questions = [
        question
        | {
            "message": message_of(question),
            "choices": named_choices_of(question["code"]),
            "places": _told(question["places"][1:]),
        }
        for question in summary.get("questions", ())
    ]
    counts = summary.get("counts", {})
    return {
        "progress": progress_of(deck),
        "questions": questions,
        "columns": [use | {"use": LABELS.get(use["role"], "")} for use in summary.get("columns", ())],
        "errors": _told(summary.get("faults", [])),
        "lists": [(name, label, _count(name, counts, summary)) for name, label in LISTS.items()],
        "replay": summary.get("replay"),
    }


def _count(name: str, counts: dict[str, int], summary: dict[str, Any]) -> int:
    return int(summary.get("below_cost", 0) if name == "below" else counts.get(name, 0))


DECKS = Entity(
    model=Deck,
    table=DeckTable,
    filterset=DeckFilterSet,
    delete=lambda deck: services.delete_deck(deck=deck),
    icon="file-spreadsheet",
    intro=gettext_lazy("Price lists of carriers: read, looked at, and only then activated, all of it or nothing."),
    empty_hint=gettext_lazy("Upload a carrier's list as it was sent: CSV or XLSX."),
    join=_join_decks,
    groups=(
        FieldGroup(
            gettext_lazy("Deck"),
            ("provider", "file_name", "status", "currency", "is_full", "effective_from", "actor", "activated_at",
             "undone_at"),
        ),
    ),
    synced=False,
    detail_context=deck_context,
    lead_template="billing/deck/overview.html",
    actions_template="billing/deck/actions.html",
    list_actions_template="billing/deck/list_actions.html",
)  # fmt: skip


class UploadView(ActionFormView[Deck]):
    """Takes a carrier's file."""

    entity = DECKS
    action = "add"
    form_class = UploadForm
    title = gettext_lazy("Upload a deck")
    button = gettext_lazy("Upload")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer the providers."""
        files = self.request.FILES if data is not None else None
        return UploadForm(data, files, user=self.request.user, initial=self.request.GET.dict())

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Keep the file and have it read."""
        sent = answers.pop("file")
        actor = self.request.user.get_username()
        self.deck = services.upload_deck(file_name=sent.name, content=sent.read(), actor=actor, **answers)
        return _("The deck is being read.")

    def done_url(self, instance: Any) -> str:
        """Go to the deck."""
        deck = getattr(self, "deck", None)
        return deck.get_absolute_url() if deck else self.entity.url("list")


class DeckProgressView(ProgressView[Deck]):
    """How far the dry run of a deck is."""

    entity = DECKS

    def progress_of(self, instance: Deck) -> Progress:
        """Return it."""
        return progress_of(instance)


class AnswerView(ButtonView[Deck]):
    """Takes the answer to a question."""

    entity = DECKS

    def perform(self, instance: Deck) -> str:
        """Keep the answer and have the deck read again."""
        answers = {str(name): str(value) for name, value in self.request.POST.items() if name != "csrfmiddlewaretoken"}
        services.answer_deck(deck=instance, answers=answers)
        return _("The answer is kept.")


class ColumnsView(ActionFormView[Deck]):
    """Asks which column is what."""

    entity = DECKS
    title = gettext_lazy("Which column is what")
    button = gettext_lazy("Read it so")

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Offer what a column can be, for each column of the file."""
        shown = instance.summary.get("columns", [])
        return ColumnsForm(data, shown=shown, columns=layout_of(instance.mapping).columns)

    def perform(self, instance: Any, answers: dict[str, Any]) -> str:
        """Keep the columns and have the deck read again."""
        columns = {role: column_index(letter) for letter, role in answers.items() if role}
        services.answer_deck(deck=instance, answers={}, columns=columns)
        return _("The deck is being read.")


class RowsView(EntityView[Deck]):
    """The lines of a deck by what would become of them, page by page."""

    entity = DECKS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show a part of a list."""
        deck = self.get_instance()
        name = request.GET.get("list", "all")
        rows, after = rows_of(deck, name, after=request.GET.get("after", ""), size=PAGE)
        context = {"list_name": name, "list_label": LISTS.get(name, _("All")), "next_row": after}
        return self.page("billing/deck/rows.html", object=deck, table=DeckRowTable(rows), **context)


class ReadAgainView(ButtonView[Deck]):
    """Has a deck read against the rates of now."""

    entity = DECKS

    def perform(self, instance: Deck) -> str:
        """Read again."""
        services.read_again(deck=instance)
        return _("The deck is being read.")


class ActivateView(ButtonView[Deck]):
    """Makes a deck count."""

    entity = DECKS

    def perform(self, instance: Deck) -> str:
        """Activate."""
        services.activate_deck(deck=instance, actor=self.request.user.get_username())
        return _("The deck is active.")

    def question(self, instance: Deck) -> Question:
        """Ask: costs and least-cost routes change."""
        return activation_question(instance)

    def undo(self, instance: Deck) -> str:
        """Take it back."""
        return reverse("billing:deck_undo", args=[instance.pk])


class UndoView(ButtonView[Deck]):
    """Takes an activation back."""

    entity = DECKS

    def perform(self, instance: Deck) -> str:
        """Undo."""
        services.undo_deck(deck=instance, actor=self.request.user.get_username())
        return _("The deck is undone; the rates are what they were.")

    def question(self, instance: Deck) -> Question:
        """Ask: costs change back."""
        return undo_question(instance)
