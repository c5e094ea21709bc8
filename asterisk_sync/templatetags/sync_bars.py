"""The tag that draws the bars above every page."""

from typing import Any

from django import template

from asterisk_sync.pages.banners import bars_for

register = template.Library()


@register.inclusion_tag("asterisk_sync/bars.html", takes_context=True)
def sync_bars(context: dict[str, Any]) -> dict[str, Any]:
    """Draw what is held and what waits, for those whom it concerns."""
    request = context.get("request")
    user = getattr(request, "user", None)
    bars = bars_for(user) if user is not None and user.is_authenticated else None
    return {"bars": bars, "csrf_token": context.get("csrf_token")}
