"""Signals by which apps above follow, and may refuse, changes of customers and their addresses."""

from django.dispatch import Signal

# Sent inside the transaction, before a stored customer is saved. Arguments: sender (Customer), customer (as it will
# be) and before (as stored). A receiver may raise a DomainError, which refuses the whole change.
customer_changing = Signal()

# Sent inside the transaction, before a trunk address is saved. Arguments: sender (TrunkAddress) and address. A
# receiver may raise a DomainError, which refuses the change.
trunk_address_saving = Signal()
