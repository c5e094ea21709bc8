"""What Celery's beat has workers do, and how often."""

from typing import Any

from celery.schedules import crontab

# A task that nobody took by then is as good as the next one.
LONGEST_WAIT_SECONDS = 3600
# Name -> seconds between two times, and the task.
EVERY: dict[str, tuple[int, str]] = {
    "sweep-pending-nodes": (5, "asterisk_sync.tasks.sweep_pending"),
    # What somebody did by hand is found and mended within a minute.
    "audit-drift": (45, "asterisk_sync.tasks.audit_drift"),
    "watch-authorizers": (15, "asterisk_sync.tasks.watch_authorizers"),
    "watch-nodes": (15, "asterisk_sync.tasks.watch_nodes"),
    "watch-files": (60, "asterisk_sync.tasks.watch_all_files"),
    "watch-accounts": (15, "billing.tasks.watch_accounts"),
    "watch-traffic": (60, "reports.tasks.watch_traffic"),
    "watch-certificate": (3600, "voipadmin.core.tasks.watch_certificate"),
    # Rows of the numbering plan have days on which they begin and end.
    "follow-plan": (60, "asterisk_sync.tasks.follow_plan"),
    # A price of zero is known within a minute.
    "look-for-doubtful-prices": (30, "billing.tasks.look_for_doubtful_prices"),
    "report-outage": (10, "voipadmin.core.tasks.report_outage"),
    "tend-alarms": (15, "voipadmin.core.tasks.tend_alarms"),
    # Who is to be told of an alarm is told within seconds.
    "mail-alarms": (5, "voipadmin.core.tasks.mail_alarms"),
    "send-webhooks": (5, "voipadmin.core.tasks.send_webhooks"),
    "forget-told-alarms": (6 * 3600, "voipadmin.core.tasks.forget_told_alarms"),
    # What a killed worker left goes on within a minute.
    "resume-jobs": (15, "voipadmin.core.tasks.resume_jobs"),
    "delete-old-jobs": (3600, "voipadmin.core.tasks.delete_old_jobs"),
    "resume-decks": (15, "billing.resume_decks"),
    "resume-reratings": (15, "billing.resume_reratings"),
    "begin-due-reports": (30, "reports.tasks.begin_due_reports"),
    "send-letters": (20, "voipadmin.core.tasks.send_letters"),
    # Reports are as old as this.
    "count-traffic": (20, "reports.tasks.count_traffic"),
    "look-for-unpriced-codes": (3600, "billing.tasks.look_for_unpriced_codes"),
    "start-conferences": (10, "asterisk_sync.tasks.start_conferences"),
    "delete-old-recordings": (6 * 3600, "asterisk_sync.tasks.delete_old_recordings"),
    "settle-conferences": (60, "asterisk_sync.tasks.settle_conferences"),
    "end-quarantines": (600, "numbering.tasks.end_quarantines"),
    "forget-expired-log-ins": (3600, "voipadmin.users.tasks.forget_expired_log_ins"),
    "keep-cdr-months": (6 * 3600, "billing.tasks.keep_cdr_months"),
}

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": float(seconds), "options": {"expires": min(seconds, LONGEST_WAIT_SECONDS)}}
    for name, (seconds, task) in EVERY.items()
} | {
    "charge-fees": {"task": "billing.accounts.tasks.charge_monthly_fees", "schedule": crontab(hour=6, minute=10)},
    "audit-ledger": {"task": "billing.accounts.tasks.audit_ledger", "schedule": crontab(hour=6, minute=40)},
}
