"""Nodes, what each should run and does run, and how every attempt to get there went."""

from asterisk_sync.models.agi_secret import (
    AcceptedSecrets,
    AgiSecret,
    accepted_secrets,
    new_agi_secret,
    rendered_secret,
)
from asterisk_sync.models.conference import Conference, ConferenceParticipant, Repeat, key_to_call, shown_key
from asterisk_sync.models.conference_session import (
    OPEN_STATES,
    ConferenceLeg,
    ConferenceSession,
    EndReason,
    LegState,
    leg_of,
)
from asterisk_sync.models.drift import DriftFinding, DriftKind, Settlement
from asterisk_sync.models.generation import FileContent, Generation, GenerationStatus
from asterisk_sync.models.node import (
    ApplyMode,
    DriftPolicy,
    Node,
    SyncState,
    default_cdr_path,
    default_config_path,
    default_spool_path,
)
from asterisk_sync.models.outbox import OutboxEntry
from asterisk_sync.models.placement import Placement
from asterisk_sync.models.run import RunOutcome, SyncRun

__all__ = [
    "OPEN_STATES",
    "AcceptedSecrets",
    "AgiSecret",
    "ApplyMode",
    "Conference",
    "ConferenceLeg",
    "ConferenceParticipant",
    "ConferenceSession",
    "DriftFinding",
    "DriftKind",
    "DriftPolicy",
    "EndReason",
    "FileContent",
    "Generation",
    "GenerationStatus",
    "LegState",
    "Node",
    "OutboxEntry",
    "Placement",
    "Repeat",
    "RunOutcome",
    "Settlement",
    "SyncRun",
    "SyncState",
    "accepted_secrets",
    "default_cdr_path",
    "default_config_path",
    "default_spool_path",
    "key_to_call",
    "leg_of",
    "new_agi_secret",
    "rendered_secret",
    "shown_key",
]
