"""The pages on which a person decides about sets: put back and hold, release, apply what waits, mend, adopt."""

import re
import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from asterisk_sync import drift
from asterisk_sync.changes import services
from asterisk_sync.changes.queries import waiting_generation
from asterisk_sync.generations import store
from asterisk_sync.generations.comparison import compare_generations
from asterisk_sync.generations.diff import mask_secrets
from asterisk_sync.generations.pending import live_generation, object_changes_after, set_before
from asterisk_sync.generations.removals import removals_between
from asterisk_sync.models import DriftFinding, Generation, GenerationStatus, Node
from asterisk_sync.pages.nodes import DRIFT, GENERATIONS, NODES, SYNC, story_of
from asterisk_sync.pages.questions import (
    adoption_question,
    mending_question,
    release_question,
    renewal_question,
    restore_question,
)
from voipadmin.core.audit.downloads import record_download
from voipadmin.core.errors import DomainError
from voipadmin.core.pages.entities.consequences import Question
from voipadmin.core.pages.objects.actions import ButtonView
from voipadmin.core.pages.objects.views import EntityView

LINES_OF_A_PAGE = 1000
DIGITS = re.compile(r"[0-9]{1,7}")
COMPARED_SETS = 100


def require_sync(request: HttpRequest) -> str:
    """Return the log-in name of a user who may decide about nodes; raise PermissionDenied for others."""
    if not request.user.has_perm(SYNC):
        raise PermissionDenied
    return str(request.user.get_username())


class ApplyNowView(ButtonView[Node]):
    """Asks for a complete set to be written, reloaded and read back."""

    entity = NODES
    action = "sync"

    def perform(self, instance: Node) -> str:
        """Ask a worker."""
        services.request_sync(node=instance, actor=self.request.user.get_username())
        return _("A worker applies the configuration now; the state below follows it.")


class RenewSecretView(ButtonView[Node]):
    """Gives a node a new secret to sign its requests with."""

    entity = NODES
    action = "sync"

    def perform(self, instance: Node) -> str:
        """Renew it."""
        services.renew_agi_secret(node=instance, actor=self.request.user.get_username())
        return _("A new secret is on its way to the node; the old one is accepted until it is there.")

    def question(self, instance: Node) -> Question:
        """Ask."""
        return renewal_question(instance, self.request.user)


class ReleaseView(ButtonView[Node]):
    """Ends a hold."""

    entity = NODES
    action = "sync"

    def perform(self, instance: Node) -> str:
        """Let the database count again."""
        services.release_hold(node=instance, actor=self.request.user.get_username())
        return _("The hold is over: what the database says is being applied.")

    def question(self, instance: Node) -> Question:
        """Ask: all that waited reaches the node."""
        return release_question(instance, self.request.user)


class RestoreView(ButtonView[Generation]):
    """Shows what putting an earlier set back means, and puts it back."""

    entity = GENERATIONS
    action = "view"
    ask_template = "asterisk_sync/generation/restore.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse those who may not decide about nodes."""
        require_sync(request)
        return super().dispatch(request, *args, **kwargs)

    def question(self, instance: Generation) -> Question:
        """Ask: the node goes back as a whole."""
        return restore_question(instance, self.request.user)

    def perform(self, instance: Generation) -> str:
        """Put it back and hold it."""
        actor = require_sync(self.request)
        services.restore_generation(node=instance.node, generation=instance, actor=actor)
        return _("Generation %(number)s is being put back.") % {"number": instance.number}

    def undo(self, instance: Generation) -> str:
        """Release the hold."""
        return reverse("asterisk_sync:node_release", args=[instance.node_id])

    def ask_context(self, instance: Generation) -> dict[str, Any]:
        """Show the difference and the removals."""
        live = live_generation(instance.node)
        return {
            "live": live,
            "ahead": object_changes_after(instance.node, instance.number),
            "comparison": compare_generations(live, instance),
            "removals": removals_between(live, instance),
        }

    def back_url(self, instance: Generation) -> str:
        """Go to the node."""
        return str(instance.node.get_absolute_url())


class WaitingView(EntityView[Node]):
    """Shows the set that waits for a person, what it changes and removes, who did it; and applies that very set."""

    entity = NODES

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show it."""
        return self._show(self.get_instance())

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Apply exactly what was shown."""
        actor, node = require_sync(request), self.get_instance()
        seen = _chosen(Generation.objects.filter(node=node), request.POST.get("generation"))
        try:
            if seen is None:
                raise services.SupersededError(_("This set no longer waits. Look again."))
            services.apply_waiting(node=node, generation=seen, actor=actor)
        except services.SupersededError:
            return self._show(node, superseded=True)
        except DomainError as error:
            messages.error(request, str(error.message))
            return self._show(node)
        messages.success(request, _("The changes are being applied; the state below follows it."))
        return redirect(node.get_absolute_url())

    def _show(self, node: Node, *, superseded: bool = False) -> HttpResponse:
        waiting = waiting_generation(node)
        context: dict[str, Any] = story_of(waiting, self.request.user) if waiting else {}
        answer = self.page(
            "asterisk_sync/node/waiting.html",
            object=node,
            waiting=waiting,
            is_confirmation=waiting is not None and waiting.status == GenerationStatus.CONFIRM,
            superseded=superseded,
            may_sync=self.request.user.has_perm(SYNC),
            **context,
        )
        answer.status_code = HTTPStatus.CONFLICT if superseded else HTTPStatus.OK
        return answer


class CompareView(EntityView[Generation]):
    """Compares any two sets of a node; the address names both and can be passed on."""

    entity = GENERATIONS

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show the difference, or the next lines of one file of it."""
        node = NODES.objects_for(request.user).filter(pk=pk).first()
        if node is None:
            raise Http404
        sets = Generation.objects.filter(node=node).order_by("-created_at")
        kept = sets.filter(text_kept=True)
        after = _chosen(sets, request.GET.get("after")) or kept.first()
        before = _chosen(sets, request.GET.get("before")) or (set_before(after) if after else None)
        only = request.GET.get("file", "")
        comparison = compare_generations(before, after, only) if after else None
        if only and comparison is not None:
            found = comparison.file(only)
            part = found.part(_number(request.GET.get("start"), 0)) if found else None
            return self.page("asterisk_sync/comparison/part.html", comparison=comparison, part=part)
        offered = [item for item in (before, after) if item is not None and not item.text_kept]
        context = {
            "sets": [*offered, *kept[:COMPARED_SETS]],
            "before": before,
            "after": after,
            "comparison": comparison,
        }
        return self.page("asterisk_sync/comparison/page.html", node=node, **context)


class TextView(EntityView[Generation]):
    """Shows the text of one file of a set with its secrets masked, to those who may decide about nodes."""

    entity = GENERATIONS

    def get(self, request: HttpRequest, pk: Any, name: str) -> HttpResponse:
        """Show some lines."""
        require_sync(request)
        generation = self.get_instance()
        text = store.read_files(generation).get(name)
        if text is None:
            raise Http404
        lines = mask_secrets(text).splitlines()
        # Rounded up.
        pages = max(1, -(-len(lines) // LINES_OF_A_PAGE))
        page = min(pages, max(1, _number(request.GET.get("page"), 1)))
        record_download(request, generation, form=name, rows=len(lines))
        start = (page - 1) * LINES_OF_A_PAGE
        shown = list(enumerate(lines[start : start + LINES_OF_A_PAGE], start + 1))
        context = {"name": name, "lines": shown, "total": len(lines), "number": page, "pages": pages}
        return self.page("asterisk_sync/generation/text.html", object=generation, **context)


class MendView(ButtonView[DriftFinding]):
    """Brings a node back to what it accepted."""

    entity = DRIFT
    action = "view"

    def perform(self, instance: DriftFinding) -> str:
        """Ask a worker."""
        drift.mend(finding=instance, actor=require_sync(self.request))
        return _("%(node)s is being brought back to what it accepted.") % {"node": instance.node}

    def question(self, instance: DriftFinding) -> Question:
        """Ask: what was written by hand goes."""
        require_sync(self.request)
        return mending_question(instance, self.request.user)


class AdoptView(ButtonView[DriftFinding]):
    """Takes what was found as it is."""

    entity = DRIFT
    action = "view"

    def perform(self, instance: DriftFinding) -> str:
        """Adopt it."""
        drift.adopt(finding=instance, actor=require_sync(self.request))
        if instance.generation is None:
            return _("“%(object)s” is known now and not reported again.") % {"object": instance.subject}
        return _("What was found on %(node)s becomes live, and is held until you release it.") % {"node": instance.node}

    def question(self, instance: DriftFinding) -> Question:
        """Ask: the node is held then."""
        require_sync(self.request)
        return adoption_question(instance, self.request.user)


def _chosen(sets: Any, key: str | None) -> Generation | None:
    """Return the set with the key that an address or a form names; None where it is none of these."""
    try:
        found: Generation | None = sets.filter(pk=uuid.UUID(key or "")).first()
    except ValueError:
        return None
    return found


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and DIGITS.fullmatch(text) else otherwise
