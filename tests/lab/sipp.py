"""SIPp for tests; the programs behind it are those of the demo (`deploy.trial.traffic.sipp`)."""

from deploy.trial.traffic.called_party import ANSWERS, Behaviour, CalledParty, Chances
from deploy.trial.traffic.sip_trace import SipMessage, SipTrace
from deploy.trial.traffic.sipp import (
    Address,
    Call,
    Credentials,
    Outcome,
    SippMissingError,
    place_call,
    register,
    sipp_program,
)

__all__ = [
    "ANSWERS",
    "Address",
    "Behaviour",
    "Call",
    "CalledParty",
    "Chances",
    "Credentials",
    "Outcome",
    "SipMessage",
    "SipTrace",
    "SippMissingError",
    "place_call",
    "register",
    "sipp_program",
]
