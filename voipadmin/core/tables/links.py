"""Where an object's page is."""

from django.db import models
from django.urls import NoReverseMatch, reverse


def page_of(instance: models.Model) -> str:
    """Return the address of the object's page, or nothing where its kind has none."""
    meta = instance._meta
    try:
        return reverse(f"{meta.app_label}:{meta.model_name}_detail", args=[instance.pk])
    except NoReverseMatch:
        return ""
