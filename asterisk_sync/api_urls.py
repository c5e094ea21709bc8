"""Addresses of asterisk_sync in the REST API, by the room that each router belongs to."""

from asterisk_sync.api.generations import generations_router
from asterisk_sync.api.nodes import nodes_router
from asterisk_sync.api.placement import PLACEMENT_ROUTERS
from asterisk_sync.calls_up.api import live_router
from asterisk_sync.conferences.api import conferences_router
from asterisk_sync.drift.api import drift_router
from asterisk_sync.simulator.api import simulations_router

__all__ = ["PLACEMENT_ROUTERS", "ROUTERS"]

ROUTERS = {
    "nodes": nodes_router,
    "generations": generations_router,
    "drift": drift_router,
    "simulations": simulations_router,
    "conference": conferences_router,
    "live": live_router,
}
