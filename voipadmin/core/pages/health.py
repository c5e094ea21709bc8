"""Health for load balancers and monitors: a word and what is missing for anybody, the parts for who is logged in."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from voipadmin.core.alarms.outages import note_outage, outage_since


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis_answers() -> bool:
    cache.get("health")
    return True


def _migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "redis": _redis_answers,
    "migrations": _migrations_are_applied,
}


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, RedisError, OSError) as error:
        note_outage(error, noticed_by="health")
        return False


@never_cache
@login_not_required
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Tell that the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Tell whether requests can be served; 503 where a part is missing, with its name."""
    parts = {name: _passes(check) for name, check in CHECKS.items()}
    is_ready = all(parts.values())
    body: dict[str, object] = {"status": "ok" if is_ready else "unavailable"}
    if not is_ready:
        body["missing"] = [name for name, passes in parts.items() if not passes]
    if not parts["database"] and (since := outage_since()):
        body["database_away_since"] = since
    if parts["database"] and request.user.is_authenticated:
        body["parts"] = parts
    return JsonResponse(body, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)
