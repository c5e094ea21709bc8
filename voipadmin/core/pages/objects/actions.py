"""Pages of an action on an object: a button, or a form with its own fields; one domain call each."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from voipadmin.core.errors import DomainError, Message
from voipadmin.core.forms.entity_form import PanelForm
from voipadmin.core.models import AnyModel
from voipadmin.core.pages.asking.questions import ask, ask_again
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.views import EntityView
from voipadmin.core.pages.toasts import say_done
from voipadmin.core.services import error_messages
from voipadmin.core.tables.links import page_of


class ButtonView(EntityView[AnyModel]):
    """Does one thing to an object on POST, says how it went, and goes back to the object's page.

    Where there is a question, GET shows it, and a POST that is not its answer does nothing.
    """

    action = "change"
    # What the question shows beside its sentences and figures.
    ask_template: ClassVar[str] = ""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask; an action without a question has no page."""
        instance = self.get_instance()
        question = self.question(instance)
        if question is None:
            return HttpResponseNotAllowed(["POST"])
        context = {**self.common_context(), "object": instance, "object_url": page_of(instance)}
        context |= {"ask_template": self.ask_template, **self.ask_context(instance)}
        return ask(request, question, cancel_url=self.back_url(instance), context=context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Make the domain call."""
        instance = self.get_instance()
        question = self.question(instance)
        again = ask_again(request, question) if question is not None else None
        if again is not None:
            return again
        try:
            say_done(request, self.perform(instance), self.undo(instance))
        except DomainError as error:
            messages.error(request, str(error.message))
        except ValidationError as error:
            messages.error(request, " ".join(text for texts in error_messages(error).values() for text in texts))
        return redirect(self.back_url(instance))

    def perform(self, instance: AnyModel) -> Message:
        """Make the domain call and return the message of success."""
        raise NotImplementedError

    def question(self, instance: AnyModel) -> Question | None:
        """Return what is asked before; None for what interrupts no service, moves no money and can be repeated."""
        return None

    def ask_context(self, instance: AnyModel) -> dict[str, Any]:
        """Return what the template of the question needs."""
        return {}

    def undo(self, instance: AnyModel) -> str:
        """Return the address that takes the action back, for the message of success; empty where nothing does."""
        return ""

    def back_url(self, instance: AnyModel) -> str:
        """Return where to go afterwards."""
        return page_of(instance)


class ActionFormView(EntityView[AnyModel]):
    """A form whose answers go into one domain call; with a `pk` in the address it acts on that object.

    `instance` below is that object, or None where the address has no `pk`: each view knows which, mypy does not.
    """

    action = "change"
    form_class: ClassVar[type[PanelForm]]
    title: ClassVar[Message]
    button: ClassVar[Message]
    effect: ClassVar[Message] = ""
    # Beside the form: what one looks at before one answers.
    aside_template: ClassVar[str] = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the form."""
        instance = self.instance()
        form = self.make_form(None, instance)
        # What the link that led here filled in; hidden fields are the form's own.
        asked = {name for name in request.GET if name in form.fields and not form[name].is_hidden}
        form.initial = {**form.initial, **{name: request.GET[name] for name in asked}}
        return self._show(form, instance)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make the domain call, or show what it refused."""
        instance = self.instance()
        form = self.make_form(request.POST, instance)
        if form.is_valid():
            try:
                say_done(request, self.perform(instance, form.cleaned_data), self.undo(instance), by_form=True)
                return redirect(self.done_url(instance))
            except (DomainError, ValidationError) as error:
                form.take_error(error)
        return self._show(form, instance)

    def instance(self) -> AnyModel | None:
        """Return the object of the address, or None where there is none."""
        return self.get_instance() if "pk" in self.kwargs else None

    def make_form(self, data: Any, instance: Any) -> PanelForm:
        """Return the form, filled with `data` where it was sent."""
        return self.form_class(data)

    def perform(self, instance: Any, answers: dict[str, Any]) -> Message:
        """Make the domain call and return the message of success."""
        raise NotImplementedError

    def undo(self, instance: Any) -> str:
        """Return the form that takes the action back, for the message of success; empty where nothing does."""
        return ""

    def aside_context(self, instance: Any) -> dict[str, Any]:
        """Return what the template beside the form needs."""
        return {}

    def done_url(self, instance: Any) -> str:
        """Return where to go afterwards."""
        return page_of(instance) if instance is not None else self.entity.url("list")

    def _show(self, form: PanelForm, instance: Any) -> HttpResponse:
        texts = {"title": self.title, "button": self.button, "effect": self.effect or self.entity.effect}
        aside = {"aside_template": self.aside_template, **self.aside_context(instance)}
        cancel_url = self.done_url(instance)
        return self.page("pages/action.html", form=form, object=instance, cancel_url=cancel_url, **texts, **aside)
