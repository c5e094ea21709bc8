"""Reloads modules over AMI, and reads back what is live: that Asterisk answers `Success` proves nothing."""

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
    "read_differences",
    "reload_and_compare",
    "reload_module",
    "summarise",
    "wait_until_live",
]

RELOAD_SECONDS = 30.0
SETTLE_SECONDS = 3.0
RETRY_SECONDS = 0.1
SHOWN_DIFFERENCES = 5


class ReloadError(RuntimeError):
    """Asterisk refused to reload a module."""


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
    """Reload `modules` and return the differences from `wanted`; raise AmiUnreachableError.

    1. Ask SIP for an answer (OPTIONS), where PJSIP is reloaded.
    2. Reload the modules.
    3. Read back what changed since `before`, or everything where `complete`, until it is as wanted or three seconds
       are over: Asterisk may take up a reload a little later.
    4. Where SIP answered before and all is as wanted, ask it again: some releases hang in a reload, and AMI goes on.
    """
    transport = find_udp_transport(config_path) if PJSIP_MODULE in modules else None
    answered = transport is not None and sip_answers(transport)
    try:
        with timings.timed("reload"):
            # In descending order of their names: res_pjsip.so, then pbx_config.so.
            for module in sorted(modules, reverse=True):
                reload_module(client, module)
    except ReloadError as error:
        return [str(error)]
    with timings.timed("verify"):
        found = wait_until_live(client, wanted, before, modules, complete=complete)
        timings.checked.update(found.checked)
        differences = found.differences
        if not differences and answered and transport is not None and not sip_answers(transport):
            differences = [
                _("SIP no longer answers on %(address)s") % {"address": f"{transport.host}:{transport.port}"}
            ]
    return differences


def reload_module(client: AmiClient, module: str, *, seconds: float = RELOAD_SECONDS) -> None:
    """Reload one module; raise ReloadError or AmiTimeoutError.

    Where another reload is under way it is tried again until that is over: the other one may not have seen our files.
    """
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
    """Return an error of the kind that is tried again: that Asterisk hangs says nothing against the set."""
    return AmiTimeoutError(
        _("%(module)s did not finish its reload within %(seconds)s s") % {"module": module, "seconds": seconds}
    )


def wait_until_live(
    client: AmiClient,
    wanted: ExpectedConfig,
    before: ExpectedConfig,
    modules: frozenset[str],
    *,
    complete: bool = False,
    seconds: float = SETTLE_SECONDS,
) -> Verification:
    """Read back until nothing differs, for at most `seconds`; return the last result."""
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
    """Read back once; return the differences as sentences."""
    return read_back(client, wanted, before, modules, complete=complete).differences


def summarise(differences: list[str]) -> str:
    """Return the first differences as one sentence, with the number of the others."""
    more = len(differences) - SHOWN_DIFFERENCES
    return "; ".join(differences[:SHOWN_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
