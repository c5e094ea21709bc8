"""Tries a set with a throwaway Asterisk, a real one without a network: files in, the reasons to refuse them out."""

from asterisk_sync.throwaway.instance import UnavailableError
from asterisk_sync.throwaway.portion import portion_since
from asterisk_sync.throwaway.program import Program, find_program
from asterisk_sync.throwaway.trial import NOTHING, Mode, Trial, run_trial, try_set

__all__ = [
    "NOTHING",
    "Mode",
    "Program",
    "Trial",
    "UnavailableError",
    "find_program",
    "portion_since",
    "run_trial",
    "try_set",
]
