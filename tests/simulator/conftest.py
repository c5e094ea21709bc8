"""The real Asterisk as a node and as an exchange, as the tests of the pipeline and of calls have it."""

from tests.asterisk_sync.conftest import _english, company, current, empty_asterisk, node
from tests.calls.conftest import authorizer_address, exchange

__all__ = ["_english", "authorizer_address", "company", "current", "empty_asterisk", "exchange", "node"]
