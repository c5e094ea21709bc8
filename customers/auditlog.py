"""The changelog of customers."""

from customers.models import Customer, Extension, TrunkAddress
from voipadmin.core.audit.changelog import keep_changelog

keep_changelog(Customer, m2m=["users"])
keep_changelog(TrunkAddress)
keep_changelog(Extension)
