"""The OpenAPI document, as tests read it."""

import json
from functools import cache
from typing import Any

from voipadmin.api import api


@cache
def document(prefix: str) -> dict[str, Any]:
    """Return it with its paths behind `prefix`; making it takes a second."""
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=prefix), default=str))
    return made
