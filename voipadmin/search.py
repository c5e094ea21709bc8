"""The search over all objects: each app's own, put together."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from asterisk_sync.conferences.search import search_conferences
from customers.search import search_customers
from numbering.search import search_numbers
from reports.search import search_reports
from routing.search import search_network

SEARCHES = (search_customers, search_numbers, search_network, search_conferences, search_reports)
LONGEST = 100


def search(request: HttpRequest) -> HttpResponse:
    """Show what a name, a number or an IP finds; htmx gets the hits alone."""
    text = "".join(letter for letter in request.GET.get("q", "")[:LONGEST] if letter.isprintable()).strip()
    hits = [hit for find in SEARCHES for hit in find(request.user, text)] if text else []
    groups = [(kind, list(found)) for kind, found in groupby(hits, key=lambda hit: str(hit.kind))]
    template = "components/search_results.html" if "HX-Request" in request.headers else "pages/search.html"
    return render(request, template, {"groups": groups, "text": text})
