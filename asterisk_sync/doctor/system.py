"""Checks of everything that is not a node: database, broker, workers, secrets, static files, throwaway Asterisk."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from asterisk_sync import throwaway
from asterisk_sync.authorizer.heartbeat import unanswered_nodes
from asterisk_sync.changes.outbox import WAKE_TRANSPORT
from asterisk_sync.changes.sweeper_heartbeat import last_sweep
from asterisk_sync.changes.workers import heartbeat_of
from asterisk_sync.doctor.findings import Finding, failure, guarded, ok, some, warning
from asterisk_sync.generations.expected import DIALPLAN_MODULE
from asterisk_sync.models import Node
from customers.models import Extension
from customers.queries import extensions_taking_codes
from routing.models import Gateway
from routing.queries import other_numbers_sent
from voipadmin.core.crypto import DecryptionError
from voipadmin.core.models import Webhook
from voipadmin.core.numbering_plan.queries import current_plan
from voipadmin.version import VERSION

POSTGRESQL_FLOOR = 150_000
EXTENSIONS = ("btree_gist", "pg_trgm")
WORKER_SECONDS = 2.0
SWEEP_OVERDUE = timedelta(seconds=30)
REDIS_SLOW_SECONDS = 0.1


def examine_system() -> list[Finding]:
    """Check everything that is not a node."""
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "database": _database,
        "migrations": _migrations,
        "redis": _redis,
        "worker": _worker,
        "workers of nodes": _workers_of_nodes,
        "sweeper": _sweeper,
        "secrets": _secrets,
        "static files": _static_files,
        "nodes": _nodes,
        "numbers sent": _numbers_sent,
        "extensions' numbers": _numbers_of_extensions,
        "authorizer": _authorizer,
        "throwaway": _throwaway,
    }
    return [finding for name, check in checks.items() for finding in guarded(name, check)]


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except Exception as error:
        text = str(error).strip().partition("\n")[0]
        yield failure("database", text, "Start PostgreSQL; compare DATABASE_URL in .env: psql -U USER -h HOST -d NAME.")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
        cursor.execute("SELECT extname FROM pg_extension")
        present = {name for (name,) in cursor.fetchall()}
    missing = [name for name in EXTENSIONS if name not in present]
    if number < POSTGRESQL_FLOOR:
        yield failure("database", f"PostgreSQL {version}", "Use PostgreSQL 15 or newer.")
    elif missing:
        text = f"without the extension {', '.join(missing)}"
        yield failure("database", text, "Run: manage.py migrate (as the owner).")
    else:
        yield ok("database", f"PostgreSQL {version}")


def _migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _backwards in plan[:5])
        yield failure("migrations", f"{len(plan)} not applied: {names}", "Run: manage.py migrate.")
    else:
        yield ok("migrations", "all applied")


def _redis() -> Iterator[Finding]:
    started = time.monotonic()
    try:
        cache.set("asterisk_sync:doctor", "well", 5)
        kept = cache.get("asterisk_sync:doctor") == "well"
    except Exception as error:
        yield failure("redis", str(error), "Start Redis or Valkey; compare REDIS_URL. Changes are kept meanwhile.")
        return
    took = time.monotonic() - started
    if not kept:
        yield failure("redis", "it forgets what is written", "Look at its maxmemory and maxmemory-policy.")
    elif took > REDIS_SLOW_SECONDS:
        yield warning("redis", f"answers in {took * 1000:.0f} ms", "It should take under a millisecond: same machine?")
    else:
        yield ok("redis", f"answers in {took * 1000:.1f} ms")


def _worker() -> Iterator[Finding]:
    remedy = (
        "Start it: celery -A voipadmin worker (systemctl start voipadmin-worker); see journalctl -u voipadmin-worker."
    )
    try:
        with current_app.connection_for_write(transport_options=WAKE_TRANSPORT) as broker:
            answers = current_app.control.ping(timeout=WORKER_SECONDS, connection=broker)
    except Exception as error:
        yield failure("worker", f"cannot be asked: {error}", "Start Redis or Valkey first.")
        return
    if answers:
        names = ", ".join(sorted(name for answer in answers for name in answer))
        yield ok("worker", f"{len(answers)} running: {names}")
    else:
        yield failure("worker", "no Celery worker answers: changes stay pending", remedy)


def _workers_of_nodes() -> Iterator[Finding]:
    """Look for nodes that no worker serves, and for workers of another release than this one."""
    heartbeats = {node.name: heartbeat_of(node) for node in Node.objects.filter(enabled=True)}
    for name, heartbeat in heartbeats.items():
        if heartbeat.is_away:
            since = f" since {heartbeat.seen_at:%Y-%m-%d %H:%M:%S} UTC" if heartbeat.seen_at else ": none ever did"
            remedy = (
                f"On its machine: systemctl start voipadmin-node@{name} (celery -A voipadmin worker -Q node.{name})."
            )
            yield failure("workers of nodes", f"no worker listens for node {name}{since}", remedy)
        if heartbeat.differs:
            note = f"the worker of node {name} is version {heartbeat.version}, this is {VERSION}"
            yield warning("workers of nodes", note, "Upgrade both, and restart the services of both machines.")
    if not any(heartbeat.is_away or heartbeat.differs for heartbeat in heartbeats.values()):
        yield ok("workers of nodes", "each node is served")


def _sweeper() -> Iterator[Finding]:
    swept = last_sweep()
    if swept is None or timezone.now() - swept > SWEEP_OVERDUE:
        seen = f"last seen {swept:%H:%M:%S}" if swept else "not seen"
        remedy = (
            "Start it: celery -A voipadmin beat (systemctl start voipadmin-beat). Lost wake-ups and retries need it."
        )
        yield warning("sweeper", f"beat is not running ({seen})", remedy)
    else:
        yield ok("sweeper", "beat is running")


def _secrets() -> Iterator[Finding]:
    if settings.DEBUG:
        yield warning("secrets", "DEBUG is on", "Set DEBUG=false in production: default secrets are refused then.")
    environment = Path(settings.BASE_DIR) / ".env"
    if environment.exists() and environment.stat().st_mode & 0o077:
        yield warning("secrets", ".env can be read by others", "Run: chmod 600 .env.")
    unreadable = [model.__name__ for model in (Extension, Gateway, Node, Webhook) if not _readable(model)]
    if unreadable:
        remedy = "Put the key back into FIELD_ENCRYPTION_KEYS; without it the secrets have to be set anew."
        yield failure("secrets", f"stored secrets cannot be decrypted: {', '.join(unreadable)}", remedy)
    else:
        yield ok("secrets", "stored secrets can be read")


def _readable(model: type[Extension | Gateway | Node | Webhook]) -> bool:
    try:
        for _row in model._default_manager.all().iterator(chunk_size=500):
            pass
    except DecryptionError:
        return False
    return True


def _numbers_sent() -> Iterator[Finding]:
    others = other_numbers_sent(current_plan())
    for found in others:
        example = found.example
        read = f"read as {example.read_as}" if example.read_as else "no number"
        note = f"route {found.route.name}, gateway {found.gateway}: {example.dialled} would be sent as {example.sent}"
        remedy = "Compare strip and prepend of the route and of the gateway with its format of numbers sent."
        if found.is_code:
            read += " in E.164, which the gateway is to be sent"
            remedy = "Ask the carrier how it takes codes of the country, or give them a route of their own."
        yield warning("numbers sent", f"{note}, which is {read}", remedy)
    if not others:
        yield ok("numbers sent", "every route sends the number that is judged and priced")


def _numbers_of_extensions() -> Iterator[Finding]:
    """Look for extensions with the number of a public service: colleagues who dial it reach the extension."""
    name = "extensions' numbers"
    taken = extensions_taking_codes(current_plan())
    lines = [str(extension) for extension, code in taken if code.is_emergency]
    services = [str(extension) for extension, code in taken if not code.is_emergency]
    if lines:
        remedy = "Give them other numbers: callers in need must reach the line."
        yield failure(name, f"take calls to emergency or health lines: {some(lines)}", remedy)
    if services:
        remedy = "Give them other numbers where people there call the public service."
        yield warning(name, f"take calls to public services: {some(services)}", remedy)
    if not taken:
        yield ok(name, "none is the number of a public service")


def _authorizer() -> Iterator[Finding]:
    away = unanswered_nodes()
    for node in away:
        remedy = "Start it there: manage.py call_authorizer (systemctl start voipadmin-authorizer)."
        yield failure("authorizer", f"{node.name} is not answered: prepaid and international calls are refused", remedy)
    if not away:
        yield ok("authorizer", "answers wherever there are customers")


def _static_files() -> Iterator[Finding]:
    """Tell whether static files were collected: without them the page after the log-in stays white."""
    if settings.DEBUG:
        return
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield ok("static files", "collected")
    else:
        yield failure("static files", "not collected: pages stay white", "Run: manage.py collectstatic --noinput.")


def _nodes() -> Iterator[Finding]:
    count = Node.objects.filter(enabled=True).count()
    if count:
        yield ok("nodes", f"{count} enabled")
    else:
        yield warning("nodes", "no enabled node: nothing is synchronised", "Add the Asterisk under Synchronisation.")


def _throwaway() -> Iterator[Finding]:
    """Tell whether sets are tried with the throwaway Asterisk before they are written."""
    trial = throwaway.try_set({}, throwaway.NOTHING, frozenset({DIALPLAN_MODULE}))
    if trial.problems:
        yield failure("throwaway", trial.problems[0], "THROWAWAY_ASTERISK=required: nothing is written until it works.")
    elif trial.skipped_reason:
        remedy = "Install Asterisk here, or name ASTERISK_PROGRAM and ASTERISK_ROOT; allow user and network namespaces."
        yield warning("throwaway", trial.skipped_reason, remedy)
    else:
        yield ok("throwaway", f"sets are tried before they are written ({trial.milliseconds} ms for an empty one)")
