"""The tag that draws the banners above every page."""

from typing import Any

from django import template

from asterisk_sync.pages.banners import banners_for

register = template.Library()


@register.inclusion_tag("asterisk_sync/banners.html", takes_context=True)
def sync_banners(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the banners of the user of the request."""
    request = context.get("request")
    user = getattr(request, "user", None)
    banners = banners_for(user) if user is not None and user.is_authenticated else None
    return {"banners": banners, "csrf_token": context.get("csrf_token")}
