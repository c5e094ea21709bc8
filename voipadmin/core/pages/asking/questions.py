"""Asks before an action: a page, or the same in a dialog; only the answer of who was asked makes the action happen.

1. A link leads to the question (`<c-ask>`); the script opens it in a dialog, without the script it is a page.
2. Its form sends back what was to be typed, and a token that is good for this user, this address, what was asked
   about, and half an hour.
3. A POST without it does nothing and leads to the question: neither a single click nor a forged address acts.
"""

from http import HTTPStatus

from django.contrib import messages
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from voipadmin.core.pages.entities.consequences import Question

DIALOG = "ask-dialog"
GOOD_FOR_SECONDS = 30 * 60
TOKEN_FIELD, TYPED_FIELD = "confirmation", "typed"


def ask(request: HttpRequest, question: Question, *, cancel_url: str, context: dict[str, object]) -> HttpResponse:
    """Show the question: alone where the dialog of a page asks for it, else as a page."""
    in_dialog = request.headers.get("HX-Target") == DIALOG
    values = {
        "question": question,
        "confirmation": token_for(request, question),
        "cancel_url": cancel_url,
        "in_dialog": in_dialog,
    }
    response = render(request, "components/ask.html" if in_dialog else "pages/ask.html", {**context, **values})
    response["Cache-Control"] = "no-store"
    return response


def ask_again(request: HttpRequest, question: Question) -> HttpResponse | None:
    """Return None where a POST is the answer to the question, else the way back to it, with what is wrong."""
    if is_answered(request, question):
        return None
    response = HttpResponseRedirect(request.get_full_path())
    response.status_code = HTTPStatus.SEE_OTHER
    return response


def is_answered(request: HttpRequest, question: Question) -> bool:
    """Tell whether a POST is the answer to the question; where one was tried, the next page says what is wrong."""
    token = request.POST.get(TOKEN_FIELD, "")
    if not _is_good(request, question, token):
        if token:
            messages.warning(request, _("This question is no longer open. Look again, then confirm."))
        return False
    if question.typed and request.POST.get(TYPED_FIELD, "").strip() != question.typed:
        messages.error(request, _("Nothing was done: type “%(typed)s” to confirm.") % {"typed": question.typed})
        return False
    return True


def token_for(request: HttpRequest, question: Question) -> str:
    """Return what a POST of this user to the present address has to send as `confirmation`."""
    return _signer(request, question).sign("yes")


def _is_good(request: HttpRequest, question: Question, token: str) -> bool:
    try:
        return _signer(request, question).unsign(token, max_age=GOOD_FOR_SECONDS) == "yes"
    except BadSignature:
        return False


def _signer(request: HttpRequest, question: Question) -> TimestampSigner:
    """Return a signer whose tokens fit this user, this address and the state that is asked about."""
    return TimestampSigner(salt=f"voipadmin.ask:{request.user.pk}:{request.path}:{question.state}")
