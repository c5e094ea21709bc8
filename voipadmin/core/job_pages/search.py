"""Search for jobs."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from voipadmin.core.jobs.kinds import known_kinds
from voipadmin.core.models import Job
from voipadmin.core.search import HITS_PER_KIND, SHORTEST_PART, Hit, Hits, any_of, hits
from voipadmin.core.text.searched import SearchText


def search_jobs(user: Any, searched: SearchText) -> Iterator[Hits]:
    """Find jobs by what they are about, their kind or who asked for them, the last ones first."""
    text = searched.text
    if len(text) < SHORTEST_PART or not user.has_perm("core.view_job"):
        return
    kinds = [kind.code for kind in known_kinds() if text.casefold() in str(kind.label).casefold()]
    wanted = any_of(("subject", "actor"), "icontains", text) | Q(kind__in=kinds)
    found = Job.objects.visible_to(user).filter(wanted).order_by("-created_at")[: HITS_PER_KIND + 1]
    shown = (Hit(str(job), job.get_absolute_url(), str(job.get_status_display())) for job in found)
    yield hits(_("Jobs"), "list-checks", shown, list_url="core:job_list", text=text)
