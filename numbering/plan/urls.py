"""Addresses of the rows of the numbering plan; the app of their models names them."""

from numbering.plan.entities import CODES, RANGES, RULES
from voipadmin.core.pages import entity_urls

app_name = "core"
urlpatterns = [
    *entity_urls("numbering-plan/dialling-rules", RULES),
    *entity_urls("numbering-plan/codes", CODES),
    *entity_urls("numbering-plan/ranges", RANGES),
]
