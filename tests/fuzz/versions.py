"""Which Asterisk loaded the sets."""

import re

from asterisk_sync.generations.expected import DIALPLAN_MODULE
from asterisk_sync.throwaway import find_program
from asterisk_sync.throwaway.instance import Deadline, running
from asterisk_sync.throwaway.private_directory import private_directory


def asterisk_version() -> str:
    """Return the version, or nothing where there is no Asterisk."""
    program = find_program()
    if program is None:
        return ""
    with private_directory(program) as directory:
        directory.write_configuration(program, {}, frozenset({DIALPLAN_MODULE}))
        with running(program, directory, Deadline(30)) as instance:
            instance.wait_until_booted()
            match = re.search(r"Asterisk (\S+)", instance.console("core show version"))
    return match[1] if match else ""
