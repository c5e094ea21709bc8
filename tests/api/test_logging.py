"""What reaches the log when something goes wrong."""

import logging
import logging.config
import sys
from typing import Any

import pytest

from voipadmin.logging import logging_configuration


def _formatted(as_json: bool) -> str:
    configuration: dict[str, Any] = logging_configuration(level="INFO", as_json=as_json)
    formatter = logging.config.DictConfigurator(configuration).configure_formatter(
        configuration["formatters"]["structured"]
    )
    password = "correct" + "-horse"  # a local variable, as those of a log-in
    try:
        raise ValueError(len(password))
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    return str(formatter.format(record))


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_in_the_log_names_lines_and_no_values(as_json: bool) -> None:
    text = _formatted(as_json)
    assert "ValueError" in text
    assert "raise ValueError(len(password))" in text
    assert "correct-horse" not in text
