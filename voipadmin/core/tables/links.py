"""Where an object's page is, and that of a number; numbers in groups."""

import re

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from voipadmin.core.numbers.grouping import groups_of


def page_of(instance: models.Model) -> str:
    """Return the address of the object's page, or nothing where its kind has none."""
    meta = instance._meta
    try:
        return reverse(f"{meta.app_label}:{meta.model_name}_detail", args=[instance.pk])
    except NoReverseMatch:
        return ""


_NUMBER = re.compile(r"\+?[0-9]{2,40}")


def page_of_number(written: object) -> str:
    """Return the address of the page of a number, or nothing for what is none, such as `anonymous`."""
    text = str(written)
    return reverse("reports:number", args=[text]) if _NUMBER.fullmatch(text) else ""


def number_link(written: object, shown: object = "") -> SafeString:
    """Draw a number, or what is `shown` of it, as a link to its page; what is no number is drawn as it is."""
    url = page_of_number(written)
    text = shown or grouped_number(written)
    return format_html('<a class="number-link" href="{}">{}</a>', url, text) if url else format_html("{}", text)


def grouped_number(value: object) -> SafeString:
    """Return a number of E.164 in groups; the space is drawn, so that copies and finds have the digits alone."""
    text = str(value)
    groups = groups_of(text)
    if not groups:
        return format_html("{}", text)
    parts = format_html_join("", "<span>{}</span>", ((group,) for group in groups))
    return format_html('<span class="phone" data-number="{}">{}</span>', text, parts)
