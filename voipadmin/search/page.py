"""The search over all objects: each app's own, put together."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from asterisk_sync.conferences.search import search_conferences
from asterisk_sync.pages.search import search_nodes
from billing.search import search_calls, search_money
from customers.search import search_customers
from numbering.search import search_numbers
from reports.numbers.search import search_any_number
from reports.search import search_reports
from routing.search import search_network
from voipadmin.core.job_pages.search import search_jobs
from voipadmin.core.search import Hits
from voipadmin.core.text.searched import SearchText, read_search
from voipadmin.search.commands import search_commands
from voipadmin.users.search import search_users

SEARCHES = (
    search_any_number,
    search_customers,
    search_numbers,
    search_network,
    search_money,
    search_conferences,
    search_reports,
    search_calls,
    search_users,
    search_nodes,
    search_jobs,
)
LONGEST = 100
EXAMPLES = (
    _("allocate 551140001000 to ACME extension 1001"),
    _("release 551140001000"),
    _("simulate 5511987654321 from ACME"),
    _("calls of ACME"),
    _("top up ACME 100.00"),
)


def search(request: HttpRequest) -> HttpResponse:
    """Show what a name, a number or an IP finds; htmx gets the hits alone."""
    searched = read_search(request.GET.get("q", "")[:LONGEST])
    groups = _found(request.user, searched) if searched.text else []
    template = "components/search_results.html" if "HX-Request" in request.headers else "pages/search.html"
    hit_count = sum(len(group.found) for group in groups)
    context = {"groups": groups, "text": searched.text, "hit_count": hit_count, "examples": EXAMPLES}
    return render(request, template, context)


def _found(user: object, searched: SearchText) -> list[Hits]:
    """Return the commands that were meant, then each kind, that with the nearest hit first."""
    commands = [found for found in search_commands(user, searched.text) if found.found]
    groups = [found for find in SEARCHES for found in find(user, searched) if found.found]
    return commands + sorted(groups, key=lambda found: found.distance)
