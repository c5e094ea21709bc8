"""Addresses of the rows of the numbering plan, of alarms and of jobs: the app of their models, core, names them all."""

from numbering.plan.entities import CODES, RANGES, RULES
from voipadmin.core.alarm_pages.urls import urlpatterns as alarm_urls
from voipadmin.core.job_pages.urls import urlpatterns as job_urls
from voipadmin.core.pages import entity_urls

app_name = "core"
urlpatterns = [
    *entity_urls("numbering-plan/dialling-rules", RULES),
    *entity_urls("numbering-plan/codes", CODES),
    *entity_urls("numbering-plan/ranges", RANGES),
    *alarm_urls,
    *job_urls,
]
