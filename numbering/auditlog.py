"""The changelog of numbering."""

from numbering.models import DID, DIDAllocation
from voipadmin.core.audit.changelog import keep_changelog

keep_changelog(DID)
keep_changelog(DIDAllocation)
