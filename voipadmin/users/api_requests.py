"""Tells requests of the REST API from those of pages, which are answered with forms and led to the log-in."""

from django.http import HttpRequest

API_PREFIX = "/api/"


def is_api_request(request: HttpRequest) -> bool:
    """Tell whether a request is one of the REST API, by its path."""
    return request.path_info.startswith(API_PREFIX)
