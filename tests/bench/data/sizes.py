"""How large the carrier is whose data is made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataSize:
    """So many records of calls over so many months up to now, and the inventory that goes with them."""

    records: int = 10_000_000
    months: int = 13
    customers: int = 2_000
    extensions: int = 100_000
    dids: int = 50_000
    gateways: int = 30

    @classmethod
    def of(cls, records: int) -> "DataSize":
        """Return the full size for 10 million records; of fewer, an inventory that is smaller in proportion."""
        full = cls()
        share = min(1.0, records / full.records)
        return cls(
            records=records,
            customers=max(20, int(full.customers * share)),
            extensions=max(200, int(full.extensions * share)),
            dids=max(200, int(full.dids * share)),
        )
