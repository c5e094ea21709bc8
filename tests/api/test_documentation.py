"""The examples of docs/api.md run as they stand."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer, Extension
from numbering.models import DID, DIDStatus
from tests.factories import PASSWORD, UserFactory
from tests.plugin import unavailable
from voipadmin.users.roles import Role

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.mark.slow(seconds=2)
@pytest.mark.django_db(transaction=True)
def test_the_examples_run_from_first_to_last(live_server: Any) -> None:
    if shutil.which("curl") is None:
        unavailable("no curl: install the package curl")
    UserFactory.create(username="script", role=Role.OPERATOR)
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL))
    environment = {**os.environ, "URL": live_server.url, "API_USER": "script", "API_PASSWORD": PASSWORD}
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    customer = Customer.objects.get(code="ACME")
    assert customer.channel_limit == 20
    assert Extension.objects.get(customer=customer).secret in run.stdout
    assert DID.objects.filter(status=DIDStatus.ALLOCATED).count() == 1
    assert Customer.objects.filter(code="BETA").count() == 1
