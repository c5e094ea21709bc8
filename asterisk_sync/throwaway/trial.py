"""One trial of a set: start an Asterisk with it, compare what is live, and say why the set must be refused."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _

from asterisk_sync.ami.messages import AmiError, AmiTimeoutError
from asterisk_sync.generations.diff import MASK
from asterisk_sync.generations.expected import DIALPLAN_MODULE, PJSIP_MODULE, ExpectedConfig
from asterisk_sync.reload.value_comparison import SECRET_KEYS
from asterisk_sync.rendering.files import FILE_NAMES
from asterisk_sync.throwaway.dialplan import IncompleteError, LiveDialplan, dialplan_differences, read_dialplan
from asterisk_sync.throwaway.instance import Deadline, EndedError, Instance, TooLateError, UnavailableError, running
from asterisk_sync.throwaway.pjsip import object_differences
from asterisk_sync.throwaway.private_directory import PREFIX, private_directory
from asterisk_sync.throwaway.program import Program, find_program

SECONDS = 30.0
SECONDS_PER_MEGABYTE = 3.0
# The dialplan is read again where the console left lines out.
READ_ATTEMPTS = 5
NOTHING = ExpectedConfig()

# What Asterisk logs because it has no network.
_LOGGED_WITHOUT_NETWORK = re.compile(
    # Contacts that are to be qualified are asked within seconds of a start.
    r"Error \d+ '[^']*' sending OPTIONS request to endpoint \S+|"
    # So are carriers that want a registration.
    r"No response received from '[^']*' on registration attempt to '[^']*', (?:retrying|stopping) .*|"
    # The SIP library, seldom, when the connection for such a request fails while it is given up.
    r"\S*src/pj/lock\.c \.Assert failed: pj_atomic_get\(glock->ref_cnt\) > 0"
)
# (program, its time of change, modules) -> the problems that an empty set brings as well.
_PROBLEMS_OF_AN_EMPTY_SET: dict[tuple[Program, float, frozenset[str]], frozenset[str]] = {}

_PLACE = re.compile(rf"(?<![^\s'\"])[^\s'\"]*/{PREFIX}[^/\s]+/etc/")
_SECRET_OPTION = re.compile(r"((?:password|md5_cred|password_digest|oauth_secret|refresh_token)\s*=\s*)\S+")


class Mode(StrEnum):
    """Whether sets are tried: where that is possible, never, or always, so that no set is written untried."""

    AUTO = "auto"
    OFF = "off"
    REQUIRED = "required"


@dataclass(frozen=True)
class Trial:
    """The result: reasons to refuse the set, kind -> how much was live, or why the set was not tried."""

    problems: list[str] = field(default_factory=list)
    loaded: Mapping[str, int] = field(default_factory=dict)
    milliseconds: int = 0
    skipped_reason: str = ""


def try_set(
    files: Mapping[str, str],
    wanted: ExpectedConfig,
    modules: frozenset[str],
    before: ExpectedConfig = NOTHING,
) -> Trial:
    """Try a set as THROWAWAY_ASTERISK says; it must be refused where the trial has problems.

    Only the files that `modules` read are loaded, and compared with `wanted`. Endpoints that differ from `before` are
    compared with all their values. Raise TooLateError where it takes too long.
    """
    mode = Mode(settings.THROWAWAY_ASTERISK)
    if mode is Mode.OFF:
        return Trial(skipped_reason=_("THROWAWAY_ASTERISK is off"))
    try:
        return run_trial(files, wanted, modules, before)
    except UnavailableError as error:
        reason = _("The set could not be tried with a throwaway Asterisk: %(reason)s.") % {"reason": error}
        return Trial(problems=[reason] if mode is Mode.REQUIRED else [], skipped_reason=reason)


def run_trial(
    files: Mapping[str, str],
    wanted: ExpectedConfig,
    modules: frozenset[str],
    before: ExpectedConfig = NOTHING,
) -> Trial:
    """Try a set, whatever THROWAWAY_ASTERISK says; raise UnavailableError or TooLateError.

    1. Write the files into a private directory and start Asterisk there, without a network.
    2. When all modules are loaded, compare dialplan and objects with `wanted`, in both directions.
    3. Add the warnings and errors of its log.
    4. Leave out what an empty set brings as well, and what comes of the missing network.
    5. Mask secrets.
    """
    program = find_program()
    if program is None:
        raise UnavailableError(_("no Asterisk program below %(root)s") % {"root": settings.ASTERISK_ROOT or "/"})
    started = time.monotonic()
    problems, loaded = _load(program, files, wanted, modules, before)
    if problems:
        also_of_an_empty_set = _problems_of_an_empty_set(program, modules, loaded)
        problems = [problem for problem in problems if problem not in also_of_an_empty_set]
    shown = [_shown(problem, wanted) for problem in dict.fromkeys(problems)]
    return Trial(shown, loaded, round((time.monotonic() - started) * 1000))


def _problems_of_an_empty_set(program: Program, modules: frozenset[str], loaded: Mapping[str, int]) -> frozenset[str]:
    """Return the problems that an empty set brings, which are a matter of this machine; found out once.

    Raise UnavailableError where Asterisk loads neither the empty set nor anything of the real one.
    """
    key = (program, (program.root / program.path.lstrip("/")).stat().st_mtime, modules)
    if key not in _PROBLEMS_OF_AN_EMPTY_SET:
        problems, nothing = _load(program, dict.fromkeys(FILE_NAMES, ""), NOTHING, modules, NOTHING)
        if not nothing and not loaded:
            raise UnavailableError("; ".join(problems))
        if not nothing:
            return frozenset()
        _PROBLEMS_OF_AN_EMPTY_SET[key] = frozenset(problems)
    return _PROBLEMS_OF_AN_EMPTY_SET[key]


def _load(
    program: Program,
    files: Mapping[str, str],
    wanted: ExpectedConfig,
    modules: frozenset[str],
    before: ExpectedConfig,
) -> tuple[list[str], dict[str, int]]:
    """Return the problems, those of the log first, and kind -> how much is live."""
    size = sum(map(len, files.values()))
    deadline = Deadline(SECONDS + SECONDS_PER_MEGABYTE * size / 1_000_000)
    try:
        with private_directory(program) as directory:
            directory.write_configuration(program, files, modules)
            with running(program, directory, deadline) as instance:
                instance.wait_until_booted()
                differences, loaded = _compare(instance, wanted, modules, before)
                said = [_PLACE.sub("", line) for line in instance.logged_problems()]
                return [line for line in said if not _LOGGED_WITHOUT_NETWORK.fullmatch(line)] + differences, loaded
    except (TooLateError, AmiTimeoutError) as error:
        raise TooLateError(str(error)) from error
    except (EndedError, AmiError, IncompleteError) as error:
        return [str(error)], {}
    except OSError as error:
        raise UnavailableError(str(error)) from error


def _compare(
    instance: Instance, wanted: ExpectedConfig, modules: frozenset[str], before: ExpectedConfig
) -> tuple[list[str], dict[str, int]]:
    problems: list[str] = []
    loaded: dict[str, int] = {}
    contexts = frozenset(wanted.contexts)
    if DIALPLAN_MODULE in modules:
        live = _read_dialplan(instance)
        contexts = frozenset(live.contexts)
        problems += dialplan_differences(wanted.contexts, live)
        loaded |= {"context": len(live.contexts), "extension": live.extension_count()}
    if PJSIP_MODULE in modules:
        with instance.ami() as client:
            found, counts = object_differences(instance, client, wanted, before, contexts)
        problems += found
        loaded |= counts
    return problems, loaded


def _read_dialplan(instance: Instance) -> LiveDialplan:
    for _attempt in range(READ_ATTEMPTS - 1):
        try:
            return read_dialplan(instance.console("dialplan show"))
        except IncompleteError:
            continue
    return read_dialplan(instance.console("dialplan show"))


def _shown(problem: str, wanted: ExpectedConfig) -> str:
    shown = _SECRET_OPTION.sub(rf"\1{MASK}", problem)
    for secret in _secrets(wanted):
        shown = shown.replace(secret, MASK)
    return shown


def _secrets(wanted: ExpectedConfig) -> Iterator[str]:
    for item in wanted.objects.values():
        yield from (value for key, value in item.options if key in SECRET_KEYS and value)
