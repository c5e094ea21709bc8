"""The job of a bulk action, object by object, each by the service of the single action and as the user who asked.

"Do what is possible" commits a piece of objects at a time, with the job's position: a worker that is killed loses the
piece that it was at, and the next one goes on behind the last. "All or nothing" is one transaction, the job's position
in it, which a refusal takes back once every object was tried, so that all refusals are told at once.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from voipadmin.core.audit.events import AuditEvent, record_event
from voipadmin.core.errors import DomainError, Message
from voipadmin.core.jobs.files import input_of
from voipadmin.core.jobs.kinds import JobKind, declare
from voipadmin.core.jobs.running import JobCancelled, JobRun
from voipadmin.core.models import Job
from voipadmin.core.pages.bulk.selection import action_named
from voipadmin.core.pages.entities.bulk_actions import Answers, BulkAction
from voipadmin.core.pages.entities.registry import entity_named
from voipadmin.core.services import error_messages
from voipadmin.core.tables.links import page_of

KIND = "bulk_action"
PIECE = 25
# What is kept of those that were refused; all of them are counted.
MOST_KEPT = 500


class _Bulk:
    """An action on its objects, with what came of it so far."""

    def __init__(self, run: JobRun) -> None:
        self.run = run
        self.user: Any = run.user
        self.entity = entity_named(run.parameters["entity"])
        self.action, self.answers = self._asked()
        self.keys = input_of(run.job).decode().split()
        self.result = {"changed": 0, "failed_count": 0, "failed": [], **(run.job.result if run.job.position else {})}
        run.result = self.result

    def _asked(self) -> tuple[BulkAction, Answers]:
        action = action_named(self.entity, self.user, self.run.parameters["action"])
        if action is None:
            raise DomainError(_("You may no longer do this."))
        data = QueryDict(mutable=True)
        for name, values in self.run.parameters["answers"].items():
            data.setlist(name, values)
        form = action.form(data, user=self.user)
        if not form.is_valid():
            raise DomainError(" ".join(text for texts in form.errors.values() for text in texts))
        return action, form.answers

    def do_what_is_possible(self) -> None:
        """Commit piece by piece."""
        for begin in range(self.run.job.position, len(self.keys), PIECE):
            # First, as the transaction below writes the job's row.
            self.run.tell(begin, len(self.keys))
            self.run.assert_held()
            end = min(begin + PIECE, len(self.keys))
            with transaction.atomic():
                self._apply_to(self.keys[begin:end])
                Job.objects.filter(pk=self.run.job.pk).update(position=end, done=end, result=self.result)

    def do_all_or_nothing(self) -> None:
        """Commit everything, or nothing."""
        if self.run.job.position:
            # All was done and committed by a worker that was killed before it could say so.
            return
        with transaction.atomic():
            for begin in range(0, len(self.keys), PIECE):
                self.run.tell(begin, len(self.keys))
                self._apply_to(self.keys[begin : begin + PIECE])
            if self.result["failed_count"]:
                transaction.set_rollback(True)
            else:
                # Last, as nothing is told any more that would wait for this row.
                self.run.assert_held()
                Job.objects.filter(pk=self.run.job.pk).update(position=len(self.keys), result=self.result)
        if self.result["failed_count"]:
            self.result["changed"] = 0
            count = self.result["failed_count"]
            text = ngettext("%(count)d object was refused.", "%(count)d objects were refused.", count)
            raise DomainError(_("Nothing was changed.") + " " + text % {"count": count})

    def _apply_to(self, keys: Sequence[str]) -> None:
        rows = {str(row.pk): row for row in self.entity.objects_for(self.user).filter(pk__in=keys)}
        for key in keys:
            row = rows.get(key)
            refused = self._refusal(row) if row is not None else _("It is not there any more.")
            if refused:
                self._keep_refusal(str(row or key), page_of(row) if row is not None else "", refused)
            else:
                self.result["changed"] += 1

    def _refusal(self, row: Any) -> str:
        """Do it to one object; return why it was refused, or nothing."""
        name = str(row)
        try:
            with transaction.atomic():
                self.action.apply(row, self.answers, self.user)
        except DomainError as error:
            return str(error.message)
        except ValidationError as error:
            return " ".join(_texts(error))
        except IntegrityError:
            return _("%(object)s: another change came first, or the database refuses it.") % {"object": name}
        return ""

    def _keep_refusal(self, name: str, url: str, why: str) -> None:
        self.result["failed_count"] += 1
        if len(self.result["failed"]) < MOST_KEPT:
            self.result["failed"].append({"name": name[:120], "url": url, "why": why[:300]})


def _texts(error: ValidationError) -> Iterable[str]:
    return (text for texts in error_messages(error).values() for text in texts)


def change_many(run: JobRun) -> None:
    """Do a bulk action."""
    bulk = _Bulk(run)
    if run.parameters["all_or_nothing"]:
        bulk.do_all_or_nothing()
    else:
        try:
            bulk.do_what_is_possible()
        except JobCancelled:
            # What was changed until then stays changed.
            _enter(run, bulk)
            raise
    _enter(run, bulk)


def _enter(run: JobRun, bulk: _Bulk) -> None:
    """Tell the audit log what was done."""
    details = {
        "action": run.job.subject,
        "objects": run.result["changed"],
        "failed": run.result["failed_count"],
        "job": run.job.pk,
    }
    record_event(AuditEvent.BULK_ACTION, bulk.entity.model, details=details, actor=run.user)


def _result_of(job: Job) -> Message:
    changed, failed = job.result.get("changed", 0), job.result.get("failed_count", 0)
    done = ngettext("%(count)d object done.", "%(count)d objects done.", changed) % {"count": changed}
    if not failed:
        return done
    return done + " " + ngettext("%(count)d refused.", "%(count)d refused.", failed) % {"count": failed}


declare(
    JobKind(
        code=KIND,
        label=gettext_lazy("Change of many objects"),
        icon="list-checks",
        work=change_many,
        result_of=_result_of,
    )
)
