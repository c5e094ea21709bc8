"""Signals by which apps above follow what billing writes past Django's models."""

from django.dispatch import Signal

# Sent inside the transaction, after new call records were copied into their table. Arguments: sender (Cdr) and
# `ended`, the moments at which the records count. Changes of stored records are followed by a trigger of the table.
records_stored = Signal()
