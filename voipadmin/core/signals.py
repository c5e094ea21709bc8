"""Signals of the domain."""

from django.dispatch import Signal

# Sent inside the transaction by services that write many rows at once (`bulk_create`, `update`), which Django's own
# signals do not see. Arguments: sender (the model) and objects (the instances, as written).
objects_changed = Signal()
