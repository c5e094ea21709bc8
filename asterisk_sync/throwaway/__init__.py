"""Tries a set of files with a real Asterisk that has no network, before they are written to the live path."""

from asterisk_sync.throwaway.instance import UnavailableError
from asterisk_sync.throwaway.portion import portion_since
from asterisk_sync.throwaway.program import Program, find_program
from asterisk_sync.throwaway.trial import NOTHING, Mode, Trial, attempt, try_set

__all__ = [
    "NOTHING",
    "Mode",
    "Program",
    "Trial",
    "UnavailableError",
    "attempt",
    "find_program",
    "portion_since",
    "try_set",
]
