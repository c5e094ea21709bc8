"""How big the measured node is, and where its parties are."""

from deploy.trial.sipp import Address

EXTENSIONS = 1000
NUMBERS = 1000
ROUTES = 100
NETWORK = "127.91.0"
CUSTOMERS = tuple(Address(f"{NETWORK}.{10 + n}") for n in range(4))
CARRIER = Address(f"{NETWORK}.9", 5090)
NUMBER = "01140001234"
