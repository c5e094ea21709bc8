"""Reloads over AMI, module by module, and reads back what is live: `Success` alone proves nothing."""

import time
from pathlib import Path

from django.utils.translation import gettext as _

from asterisk_sync.ami.client import AmiClient
from asterisk_sync.ami.messages import AmiRefusedError, AmiTimeoutError
from asterisk_sync.ami.sip_options import find_udp_transport, sip_answers
from asterisk_sync.generations.expected import PJSIP_MODULE, ExpectedConfig
from asterisk_sync.reload.readback import LIST_ACTIONS, Verification, read_back
from asterisk_sync.reload.timings import StepTimings

__all__ = [
    "LIST_ACTIONS",
    "RELOAD_SECONDS",
    "ReloadError",
    "await_live",
    "read_differences",
    "reload_and_compare",
    "reload_module",
    "summarise",
]

RELOAD_SECONDS = 30.0
SETTLE_SECONDS = 3.0
RETRY_SECONDS = 0.1
SHOWN = 5


class ReloadError(RuntimeError):
    """Asterisk refused to reload."""


def reload_and_compare(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    config_path: Path,
    timings: StepTimings,
    *,
    complete: bool = False,
) -> list[str]:
    """Reload `modules` and return what is live otherwise than `wanted`; raise AmiUnreachableError.

    What changed since `before` is read back, or everything where `complete`; `timings` keeps how much that was.
    """
    transport = find_udp_transport(config_path) if PJSIP_MODULE in modules else None
    answered = transport is not None and sip_answers(transport)
    try:
        with timings.timed("reload"):
            for module in sorted(modules, reverse=True):
                reload_module(client, module)
    except ReloadError as error:
        return [str(error)]
    with timings.timed("verify"):
        found = await_live(client, wanted, before, modules, complete=complete)
        timings.checked.update(found.checked)
        differences = found.differences
        if not differences and answered and transport is not None and not sip_answers(transport):
            differences = [
                _("SIP no longer answers on %(address)s") % {"address": f"{transport.host}:{transport.port}"}
            ]
    return differences


def reload_module(client: AmiClient, module: str, *, seconds: float = RELOAD_SECONDS) -> None:
    """Reload one module; a reload that is already under way is waited for, it may not have seen our files."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            client.request("Reload", Module=module, timeout=max(0.1, deadline - time.monotonic()))
        except AmiTimeoutError as error:
            raise _unfinished(module, seconds) from error
        except AmiRefusedError as error:
            if "in progress" not in str(error):
                raise ReloadError(f"{module}: {error}") from error
            if time.monotonic() > deadline:
                raise _unfinished(module, seconds) from error
            time.sleep(RETRY_SECONDS)
        else:
            return


def _unfinished(module: str, seconds: float) -> AmiTimeoutError:
    """An Asterisk that hangs says nothing against the set: it is tried again."""
    return AmiTimeoutError(
        _("%(module)s did not finish its reload within %(seconds)s s") % {"module": module, "seconds": seconds}
    )


def await_live(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    *,
    complete: bool = False,
    seconds: float = SETTLE_SECONDS,
) -> Verification:
    """Return what was compared with the running Asterisk and differs; a queued reload gets `seconds` to arrive."""
    deadline = time.monotonic() + seconds
    while True:
        found = read_back(client, wanted, before, modules, complete=complete)
        if not found.differences or time.monotonic() > deadline:
            return found
        time.sleep(RETRY_SECONDS)


def read_differences(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    *,
    complete: bool = True,
) -> list[str]:
    """Compare once; each line names an object and what is wrong with it."""
    return read_back(client, wanted, before, modules, complete=complete).differences


def summarise(differences: list[str]) -> str:
    """Return the first differences as one sentence, with the number of the others."""
    more = len(differences) - SHOWN
    return "; ".join(differences[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
