"""Passes of the pipeline over a node."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from asterisk_sync.models.generation import Generation
from asterisk_sync.models.node import Node
from voipadmin.core.models import BaseModel, VisibleQuerySet

# What began a run -> its label; the database keeps the short names.
TRIGGERS = {"change": _("a change"), "command": _("a command")}


class RunOutcome(models.TextChoices):
    """How a run ended."""

    RUNNING = "running", _("Running")
    APPLIED = "applied", _("Applied")
    UNCHANGED = "unchanged", _("Nothing to change")
    REFUSED = "refused", _("Refused")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    UNREACHABLE = "unreachable", _("Unreachable")
    FAILED = "failed", _("Failed")
    STAGED = "staged", _("Waits to be applied")
    CONFIRM = "confirm", _("Waits for confirmation")
    HELD = "held", _("Held")


class SyncRun(BaseModel):
    """One pass of the pipeline over a node, with the time of each step in milliseconds."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="runs", verbose_name=_("node"))
    wanted_generation = models.BigIntegerField(_("wanted generation"))
    generation = models.ForeignKey(Generation, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")
    outcome = models.CharField(_("outcome"), max_length=12, choices=RunOutcome.choices, default=RunOutcome.RUNNING)
    reason = models.TextField(_("reason"), blank=True)
    timings = models.JSONField(_("timings"), default=dict)
    diff = models.TextField(_("difference"), blank=True)
    trigger = models.CharField(_("trigger"), max_length=20, default="change")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["node", "-created_at"], name="run_of_node")]

    def __str__(self) -> str:
        return f"{self.node} · {self.wanted_generation} · {self.get_outcome_display()}"

    @admin.display(description=_("trigger"))
    def triggered_by(self) -> str:
        """Return the label of what began the run."""
        return str(TRIGGERS.get(self.trigger, self.trigger))
