from unittest.mock import patch

import pytest

from deploy.trial.engines import throw_away_engines
from tests.billing.ingest.kills import measure


@pytest.mark.slow
def test_an_import_that_is_killed_again_and_again_loses_nothing_and_charges_nothing_twice() -> None:
    with throw_away_engines() as environment, patch.dict("os.environ", environment):
        outcome = measure(calls=20_000, kills=2)
    assert outcome.lines > outcome.calls
    assert outcome.kills > 0
    assert outcome.is_exact, outcome
