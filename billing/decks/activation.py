"""Activating a deck and undoing it, in the database's own statements: 200,000 rates in a few seconds, all or none."""

from datetime import datetime
from typing import Any

from django.db import connection

from billing.models import BuyRate, Deck, DeckRow, EndedRate

RATE, ROW, ENDED = BuyRate._meta.db_table, DeckRow._meta.db_table, EndedRate._meta.db_table

# Each prefix's lines in their order; a line ends where the next of its prefix begins, or where it says.
_CHAIN = f"""
CREATE TEMPORARY TABLE deck_chain ON COMMIT DROP AS
SELECT *,
  least(lead(since) OVER (PARTITION BY matches, pattern, origin_prefix, window_id ORDER BY since), ends) AS until
FROM (SELECT *, greatest(coalesce(begins, %(now)s), %(now)s) AS since FROM {ROW} WHERE deck_id = %(deck)s) line
"""  # noqa: S608 - names of our own tables
# What stands as it is begins nothing; the first line that changes a prefix ends what is there.
_ENDS = f"""
INSERT INTO {ENDED} (deck_id, rate_id, had_end, new_end)
SELECT %(deck)s, rate.id, rate.effective_until, greatest(rate.effective_from, ends.since)
FROM {RATE} rate
JOIN (SELECT matches, pattern, origin_prefix, window_id, min(since) AS since FROM deck_chain
      WHERE change <> 'same' AND "row" > 0 GROUP BY matches, pattern, origin_prefix, window_id) ends
  ON ends.matches = rate.matches AND ends.pattern = rate.pattern AND ends.origin_prefix = rate.origin_prefix
 AND ends.window_id IS NOT DISTINCT FROM rate.window_id
WHERE rate.provider_id = %(provider)s
  AND (rate.effective_until IS NULL OR rate.effective_until > greatest(rate.effective_from, ends.since))
"""  # noqa: S608
# A full list is the whole of what the carrier sells: rates of hours that it does not name end, too.
_ENDS_UNNAMED = f"""
INSERT INTO {ENDED} (deck_id, rate_id, had_end, new_end)
SELECT %(deck)s, rate.id, rate.effective_until, greatest(rate.effective_from, %(end)s)
FROM {RATE} rate
WHERE rate.provider_id = %(provider)s
  AND (rate.effective_until IS NULL OR rate.effective_until > greatest(rate.effective_from, %(end)s))
  AND NOT EXISTS (
      SELECT FROM deck_chain line
      WHERE line.matches = rate.matches AND line.pattern = rate.pattern AND line.origin_prefix = rate.origin_prefix
        AND line.window_id IS NOT DISTINCT FROM rate.window_id AND line."row" > 0)
"""  # noqa: S608
_END = f"""
UPDATE {RATE} rate SET effective_until = ended.new_end, updated_at = %(now)s
FROM {ENDED} ended WHERE ended.rate_id = rate.id AND ended.deck_id = %(deck)s
"""  # noqa: S608
_BEGIN = f"""
INSERT INTO {RATE} (id, created_at, updated_at, provider_id, deck_id, matches, pattern, name, origin_prefix, window_id,
  price_per_minute, connect_fee, minimum_charge, initial_block_seconds, increment_seconds, free_seconds, currency,
  is_blocked, bands, effective_from, effective_until)
SELECT gen_random_uuid(), %(now)s, %(now)s, %(provider)s, %(deck)s, matches, pattern, name, origin_prefix, window_id,
  price_per_minute, connect_fee, minimum_charge, initial_block_seconds, increment_seconds, free_seconds, %(currency)s,
  is_blocked, bands, since, until
FROM deck_chain WHERE change NOT IN ('same', 'gone')
"""  # noqa: S608
_GIVE_BACK = f"""
UPDATE {RATE} rate SET effective_until = ended.had_end, updated_at = %(now)s
FROM {ENDED} ended WHERE ended.rate_id = rate.id AND ended.deck_id = %(deck)s
"""  # noqa: S608
_CHANGED_SINCE = f"""
SELECT count(*) FROM {ENDED} ended JOIN {RATE} rate ON rate.id = ended.rate_id
WHERE ended.deck_id = %(deck)s AND rate.effective_until IS DISTINCT FROM ended.new_end
"""  # noqa: S608


def write_rates(deck: Deck, now: datetime) -> None:
    """End what the deck ends and begin what it begins, in the caller's transaction."""
    values: dict[str, Any] = {
        "deck": deck.pk,
        "provider": deck.provider_id,
        "currency": deck.currency,
        "now": now,
        "end": max(now, deck.effective_from or now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, values)
        cursor.execute("CREATE INDEX ON deck_chain (pattern, origin_prefix)")
        cursor.execute("ANALYZE deck_chain")
        cursor.execute(_ENDS, values)
        if deck.is_full:
            cursor.execute(_ENDS_UNNAMED, values)
        cursor.execute(_END, values)
        cursor.execute(_BEGIN, values)
        cursor.execute("DROP TABLE deck_chain")


def take_back_rates(deck: Deck, now: datetime) -> None:
    """Remove the deck's rates and give those that it ended the ends that they had, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {RATE} WHERE deck_id = %s", [deck.pk])  # noqa: S608
        cursor.execute(_GIVE_BACK, {"deck": deck.pk, "now": now})
        cursor.execute(f"DELETE FROM {ENDED} WHERE deck_id = %s", [deck.pk])  # noqa: S608


def rates_changed_since(deck: Deck) -> int:
    """Return how many of the rates that the deck ended have another end by now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED_SINCE, {"deck": deck.pk})
        return int(cursor.fetchone()[0])
