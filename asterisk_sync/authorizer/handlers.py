"""The handlers of the dialplan's three requests: may a call be made, it was answered, it ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.utils import timezone
from psycopg import Error as PostgresError

from asterisk_sync.authorizer.account_stopper import AccountStopper
from asterisk_sync.authorizer.fastagi import AgiRequest, Handler, Variables
from asterisk_sync.authorizer.live_calls import CUT_EARLY_SECONDS, LiveCallTimers
from asterisk_sync.authorizer.state import ServiceState
from billing.authorization.calls.call_authorizer import LiveCall
from billing.authorization.holds.hold_store import CallKey
from billing.authorization.rules.values import (
    AccountRules,
    AuthorizationRefusal,
    CallRequest,
    RefusalReason,
    RouteCarriers,
)
from billing.models import RefusedCall

log = structlog.get_logger(__name__)

# An account whose call is refused for one of these is stopped.
STOPPING = frozenset({RefusalReason.CAP, RefusalReason.VELOCITY})


def gateway_orders(routes: Iterable[RouteCarriers], turn: str) -> Variables:
    """Return, for each route that the dialplan would go through otherwise, its gateways in order, joined by `&`.

    `turn` counts the requests of a channel and is part of the variable's name: a channel that asks a second time still
    has the variables of the first answer. A route without a carrier left is `&` alone, since an empty variable is none.
    """
    return {
        f"va_by_{turn}_{route.route.hex}": "&".join(carrier.gateway for carrier in route.carriers) or "&"
        for route in routes
        if route.differs_from_dialplan and turn
    }


@dataclass
class RequestHandlers:
    """Handles each request by the name of its script."""

    state: ServiceState
    timers: LiveCallTimers
    stopper: AccountStopper
    by_script: dict[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        """Name the scripts."""
        self.by_script = {"authorize": self.authorize, "answered": self.answered, "ended": self.ended}

    async def handle(self, request: AgiRequest) -> Variables:
        """Return the variables to set; none where anything goes wrong, and the dialplan does without an answer.

        A request that its node has not signed holds nothing, releases nothing and learns nothing.
        """
        try:
            verified = await self.state.request_check.verified(request)
            return {} if verified is None else await self.by_script[verified.script](verified)
        except (KeyError, ValueError, PostgresError) as error:
            log.error("not_answered", script=request.script, error=repr(error))
            return {}

    async def authorize(self, request: AgiRequest) -> Variables:
        """Return how many seconds the call may go on with the order of its gateways, or the cause that ends it.

        Arguments: node id, customer id, the number's key, nothing, caller, turn, the caller's home area, and the
        channel whose time is limited where that is not the one that asks.
        """
        # Files of before an upgrade, which a node may run still, send what was dialled and then its normal form.
        given = (*request.arguments, "", "", "", "", "")[:8]
        node, customer, key_or_dialled, normal_form, caller, turn, area, limited = given
        number = normal_form.removeprefix("+") or key_or_dialled
        name = self.state.nodes.name_of(UUID(node))
        call_request = CallRequest(UUID(customer), number, timezone.now(), caller, area)
        key = CallKey(name, request.uniqueid)
        answer = await self.state.call_authorizer.authorize(call_request, key, limited or request.channel)
        if isinstance(answer, LiveCall):
            granted = f"{answer.granted.seconds - CUT_EARLY_SECONDS:.1f}"
            return {"va_granted": granted, **gateway_orders(answer.routes, turn)}
        rules, refusal = answer
        if rules is not None:
            self._note_refusal(call_request, key, rules, refusal)
        return {"va_refusal": str(refusal.cause)}

    async def answered(self, request: AgiRequest) -> Variables:
        """Note that a call was answered, and set its timer. Arguments: node id, unique id of the caller's channel.

        The request comes from the called channel, so the caller's id is an argument.
        """
        node, uniqueid = request.arguments[:2]
        key = CallKey(self.state.nodes.name_of(UUID(node)), uniqueid)
        known = self.state.call_authorizer.calls.get(key)
        call = await self.state.call_authorizer.mark_answered(key, timezone.now())
        if call is not None:
            self.timers.schedule(call)
            if known is not None and call.granted.seconds < known.granted.seconds:
                # Prices rose while it rang: what is held pays for less than the node was told.
                await self.timers.limit(call)
        return {}

    async def ended(self, request: AgiRequest) -> Variables:
        """Settle with a call that ended. Argument: node id."""
        key = CallKey(self.state.nodes.name_of(UUID(request.arguments[0])), request.uniqueid)
        self.timers.cancel(key)
        await self.state.call_authorizer.finish(key, timezone.now())
        return {}

    async def unheard(self, request: AgiRequest) -> None:
        """Release what a call was granted whose caller hung up before the answer came."""
        verified = await self.state.request_check.verified(request)
        if verified is None or verified.script != "authorize":
            return
        try:
            key = CallKey(self.state.nodes.name_of(UUID(verified.arguments[0])), verified.uniqueid)
            await self.state.call_authorizer.finish(key, timezone.now())
        except (KeyError, ValueError, PostgresError) as error:
            # It expires then.
            log.error("not_released", error=repr(error))

    def _note_refusal(
        self, request: CallRequest, key: CallKey, rules: AccountRules, refusal: AuthorizationRefusal
    ) -> None:
        self.state.refusals.add(
            RefusedCall(
                customer_id=rules.customer_id,
                node_name=key.node_name,
                uniqueid=key.uniqueid,
                number=request.number[:80],
                reason=refusal.reason.value,
                detail=refusal.detail[:200],
                cause=refusal.cause,
            )
        )
        if refusal.reason in STOPPING:
            detail = f" ({refusal.detail})" if refusal.reason is RefusalReason.VELOCITY else ""
            call = f"{request.caller or '?'} → {request.number}, {key.node_name}"
            # In the background: the caller is not to wait for it.
            self.state.background.start(self.stopper.stop(rules, f"{refusal.reason.value}{detail}: {call}"))
