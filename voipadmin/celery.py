"""The Celery application: Redis wakes workers, PostgreSQL holds every intent."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voipadmin.settings")

app = Celery("voipadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["billing.accounts"])
