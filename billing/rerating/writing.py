"""Writing an approved job, batch by batch. One statement writes a batch, in the order of its parts:

1. `taken`: the batch's calls are deleted from the job, so that a job that was killed goes on where it stopped, and no
   call is written twice.
2. `written`: each record that still is what the preview read gets its new rating. Others are left alone, and counted.
3. `versions`: each written call gets the number of its past rating.
4. `kept`: the rating that it had is kept as that past rating. All parts of a statement read the same state of the
   tables, so that the record is read here as it was before `written`.
5. `entered`: the ledger gets an entry for each difference.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from billing.models import Cdr, EntryKind, LedgerEntry, PastRating, ReratedCall, Rerating, ReratingStatus
from billing.rerating.changed_calls import Rating
from voipadmin.core.jobs.locking import working_on
from voipadmin.core.jobs.running import report_progress

BATCH = 5_000
CALLS, CDR, PAST, LEDGER = (model._meta.db_table for model in (ReratedCall, Cdr, PastRating, LedgerEntry))
_NAMES = ", ".join(Rating._fields)

_WRITE = f"""
WITH taken AS (
    DELETE FROM {CALLS} WHERE id IN (SELECT id FROM {CALLS} WHERE rerating_id = %(job)s ORDER BY id LIMIT %(batch)s)
    RETURNING *
), written AS (
    UPDATE {CDR} call SET {", ".join(f"{name} = taken.{name}" for name in Rating._fields)}, updated_at = %(now)s
    FROM taken WHERE call.id = taken.cdr_id AND call.started_at = taken.started_at
        AND call.tariff_id IS NOT DISTINCT FROM taken.old_tariff_id
        AND call.price IS NOT DISTINCT FROM taken.old_price AND call.cost IS NOT DISTINCT FROM taken.old_cost
        AND call.currency = taken.old_currency AND call.applied_rate = taken.old_applied_rate
        AND call.uncharged_reason = taken.old_uncharged_reason
        AND call.customer_id IS NOT DISTINCT FROM taken.customer_id
    RETURNING call.id
), versions AS (
    SELECT taken.*,
        (SELECT coalesce(max(past.version), 0) + 1 FROM {PAST} past WHERE past.cdr_id = taken.cdr_id) AS past
    FROM taken WHERE taken.cdr_id IN (SELECT id FROM written)
), kept AS (
    INSERT INTO {PAST} (rerating_id, cdr_id, version, replaced_at, {_NAMES})
    SELECT %(job)s, call.id, versions.past, %(now)s, {", ".join(f"call.{name}" for name in Rating._fields)}
    FROM versions JOIN {CDR} call ON call.id = versions.cdr_id AND call.started_at = versions.started_at
), entered AS (
    INSERT INTO {LEDGER} (id, created_at, updated_at, account_id, kind, amount, currency, happened_at, cdr_id, version,
        description, actor)
    SELECT entry_id, %(now)s, %(now)s, account_id, %(kind)s, movement, entry_currency, %(now)s, cdr_id, past + 1,
        %(reason)s, %(actor)s
    FROM versions WHERE movement <> 0 ORDER BY id
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM written)
"""  # noqa: S608 - names of our own tables and columns


def write_job(job: Rerating) -> None:
    """Write what is left of an approved job; a second worker leaves it to the first."""
    with working_on(job, ReratingStatus.APPROVED) as lock:
        while lock is not None and write_batch(job):
            job.refresh_from_db(fields=["progress"])
            report_progress(job.progress["done"], job.progress["total"])


@transaction.atomic
def write_batch(job: Rerating) -> bool:
    """Write a batch; return False when the job is finished, or is not approved."""
    locked = Rerating.objects.select_for_update().filter(pk=job.pk, status=ReratingStatus.APPROVED).first()
    if locked is None:
        return False
    now = timezone.now()
    with connection.cursor() as cursor:
        # Two jobs over one call would give its past rating the same version.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('billing.rerating', 0))")
        cursor.execute(_WRITE, _values(locked, now))
        taken, written = cursor.fetchone()
    summary = locked.summary
    summary["written"] = summary.get("written", 0) + written
    summary["left_alone"] = summary.get("left_alone", 0) + taken - written
    done, total = summary["written"] + summary["left_alone"], summary["changed"]
    locked.progress = {"done": done, "total": total, "percent": 100 * done // max(total, 1)}
    if taken < BATCH:
        locked.status, locked.applied_at = ReratingStatus.APPLIED, now
    # What is written stays written: whoever goes on has less to do.
    locked.starts = 0
    locked.save(update_fields=["summary", "progress", "status", "starts", "applied_at", "updated_at"])
    return bool(taken == BATCH)


def _values(job: Rerating, now: datetime) -> dict[str, Any]:
    kind = EntryKind.CORRECTION.value
    return {"job": job.pk, "batch": BATCH, "now": now, "kind": kind, "reason": job.reason, "actor": job.approved_by}
