"""Decks and the rates that came of them in the Django admin; they are written by activating and undoing."""

from django.contrib import admin

from billing.models import BuyRate, Deck
from voipadmin.core.admin import ReadOnlyAdmin


@admin.register(Deck)
class DeckAdmin(ReadOnlyAdmin):
    """Carriers' price lists."""

    list_display = ("created_at", "provider", "file_name", "status", "currency", "is_full", "actor", "activated_at")
    list_filter = ("status", "provider")
    list_select_related = ("provider",)
    search_fields = ("file_name", "=sha256", "provider__name")


@admin.register(BuyRate)
class BuyRateAdmin(ReadOnlyAdmin):
    """What providers charge."""

    list_display = (
        "provider", "pattern", "matches", "origin_prefix", "name", "price_per_minute", "currency", "is_blocked",
        "effective_from", "effective_until", "deck",
    )  # fmt: skip
    list_filter = ("provider", "matches", "is_blocked")
    list_select_related = ("provider", "deck__provider")
    search_fields = ("pattern__startswith", "name")
    goes_with = "routing_provider_"
