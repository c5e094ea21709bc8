"""`manage.py call_authorizer`: answers the dialplan of the nodes of this machine before they dial."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from asterisk_sync.authorizer.service import AuthorizerService
from asterisk_sync.authorizer.state import ServiceState
from asterisk_sync.authorizer.watchdog import end_when_loop_hangs
from billing.authorization.holds.connections import ConnectionPool


class Command(BaseCommand):
    """Serve until SIGTERM or Ctrl-C; calls that are up keep the time that they were granted."""

    help = (
        "Answer the dialplan: may this call be made, and for how long. Sets money aside, and stops who spent too much."
    )

    # They would import every page: a third of the time in which nobody answers while the service starts.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--listen", default=settings.AUTHORIZER_ADDRESS, help="HOST:PORT (AUTHORIZER_ADDRESS)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Serve."""
        asyncio.run(serve(options["listen"]))


async def serve(address: str) -> None:
    """Listen at HOST:PORT until a signal comes."""
    host, _colon, port = address.rpartition(":")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with ConnectionPool() as pool:
        service = AuthorizerService(ServiceState(pool))
        server = await service.start(host, int(port))
        end_when_loop_hangs(asyncio.get_running_loop())
        async with server:
            await stop.wait()
        await service.stop()
