"""Base models of every domain, alarms, jobs, lists as people have them, the installation, and the numbering plan."""

from voipadmin.core.models.alarms import (
    Alarm,
    AlarmEvent,
    AlarmQuerySet,
    AlarmSilence,
    AlarmState,
    AlarmStep,
)
from voipadmin.core.models.audit import AuditLink
from voipadmin.core.models.base import (
    AnyModel,
    BaseModel,
    IdempotentWrite,
    VisibleQuerySet,
    VisibleRows,
    known_choices,
    new_id,
    visible_manager,
)
from voipadmin.core.models.delivery import (
    AlarmMail,
    AlarmReceiver,
    MessageStatus,
    Webhook,
    WebhookAttempt,
    WebhookMessage,
)
from voipadmin.core.models.installation import Installation, InstallationLogo
from voipadmin.core.models.jobs import OVERSEE, UNFINISHED, Job, JobFile, JobFilePart, JobModel, JobStatus
from voipadmin.core.models.legal_party import LegalParty
from voipadmin.core.models.lists import ListLayout, SavedView
from voipadmin.core.models.numbering import CodeKind, DialingRule, PlanRange, RangeKind, ReadAs, ServiceCode
from voipadmin.core.models.operators import OperatorRange, OperatorRangeKind
from voipadmin.core.models.outgoing import MailStatus, OutgoingMail

__all__ = [
    "OVERSEE",
    "UNFINISHED",
    "Alarm",
    "AlarmEvent",
    "AlarmMail",
    "AlarmQuerySet",
    "AlarmReceiver",
    "AlarmSilence",
    "AlarmState",
    "AlarmStep",
    "AnyModel",
    "AuditLink",
    "BaseModel",
    "CodeKind",
    "DialingRule",
    "IdempotentWrite",
    "Installation",
    "InstallationLogo",
    "Job",
    "JobFile",
    "JobFilePart",
    "JobModel",
    "JobStatus",
    "LegalParty",
    "ListLayout",
    "MailStatus",
    "MessageStatus",
    "OperatorRange",
    "OperatorRangeKind",
    "OutgoingMail",
    "PlanRange",
    "RangeKind",
    "ReadAs",
    "SavedView",
    "ServiceCode",
    "VisibleQuerySet",
    "VisibleRows",
    "Webhook",
    "WebhookAttempt",
    "WebhookMessage",
    "known_choices",
    "new_id",
    "visible_manager",
]
