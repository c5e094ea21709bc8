"""What is asked before a form switches something off that is in use."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from voipadmin.core.errors import Message
from voipadmin.core.forms.entity_form import EntityForm
from voipadmin.core.pages.entities.consequences import Question, use_of
from voipadmin.core.viewer import Viewer

SavingQuestion = Callable[[Any, EntityForm, Viewer], Question | None]


def asks_when_disabled(effect: Message) -> SavingQuestion:
    """Return the rule that asks before `enabled` goes off; `effect` says what happens then."""

    def question(before: Any, form: EntityForm, user: Viewer) -> Question | None:
        if not before.enabled or form.instance.enabled:
            return None
        return Question(
            title=_("Switch %(object)s off?") % {"object": before},
            button=_("Switch off"),
            icon="power-off",
            effects=[str(effect)],
            figures=use_of(before, user),
            undo=_("Switching it on again brings it back."),
        )

    return question
