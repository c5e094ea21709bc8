"""`python -m tests.simulator --count N`: the comparison with the live Asterisk over as many sets as one likes."""

import argparse
import os
import sys

import django

from deploy.trial.asterisk import AsteriskInstance
from deploy.trial.asterisk_tree import find_tree
from deploy.trial.engines import fresh_secrets


def main() -> None:
    """Run it and print the figures; ends with 1 where something disagrees."""
    parser = argparse.ArgumentParser(description="Compare simulator, selection and Asterisk over generated sets.")
    parser.add_argument("--count", type=int, default=10_000, help="sets of routes (10000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other sets (1)")
    arguments = parser.parse_args()
    os.environ.update(
        {"DJANGO_SETTINGS_MODULE": "voipadmin.settings", "VOIPADMIN_ENV_FILE": os.devnull, **fresh_secrets()}
    )
    django.setup()
    from tests.simulator.battery import run  # noqa: PLC0415 - settings come first

    asterisk = AsteriskInstance(find_tree(), f"simulator-{os.getpid()}", sip_address="127.0.0.1")
    try:
        asterisk.start()
        figures = run(asterisk, arguments.count, arguments.seed)
    finally:
        asterisk.remove()
    for fault in figures.disagreements[:6]:
        print(fault)
    print(figures)
    sys.exit(bool(figures.disagreements))


if __name__ == "__main__":
    main()
