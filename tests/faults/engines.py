"""PostgreSQL and Valkey of the battery: durable, because they are killed, and named in the environment."""

import argparse
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from redis import Redis
from redis.exceptions import RedisError

from deploy.trial.engines import fresh_secrets, leave
from deploy.trial.postgres import Postgres
from deploy.trial.valkey import Valkey


@dataclass(frozen=True)
class Engines:
    """Both servers, and the folder of everything that the battery writes."""

    folder: Path
    postgres: Postgres
    valkey: Valkey

    def environment(self) -> dict[str, str]:
        """Return the settings of the product on these engines."""
        return {
            **fresh_secrets(),
            "DJANGO_SETTINGS_MODULE": "voipadmin.settings",
            "VOIPADMIN_ENV_FILE": os.devnull,
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url(),
            "HTTPS": "false",
            "LOG_LEVEL": "WARNING",
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_SPECIAL_NETWORKS": "127.0.0.0/8",
        }

    @contextmanager
    def redis(self) -> Iterator[Redis]:
        """Yield a client of the broker."""
        client = Redis.from_url(self.valkey.url(), socket_timeout=5)
        with contextlib.closing(client):
            yield client

    def redis_answers(self) -> bool:
        """Whether the broker is there."""
        with contextlib.suppress(RedisError), self.redis() as client:
            return bool(client.ping())
        return False


@contextmanager
def engines() -> Iterator[Engines]:
    """Run both in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="voipadmin-faults-"))
    # To be walked through by the servers' own user.
    folder.chmod(0o711)
    both = Engines(folder, Postgres(folder / "postgres"), Valkey(folder / "valkey"))
    try:
        both.postgres.start()
        both.valkey.start()
        yield both
    finally:
        both.valkey.stop()
        both.postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_on_engines(program: str, options: argparse.Namespace) -> int:
    """Call `run(engines, options)` of the module `program` on new engines with tables; SIGTERM ends it in order.

    Returns 0 where it says that all is well, else 1.
    """
    signal.signal(signal.SIGTERM, leave)
    with engines() as both:
        os.environ.update(both.environment())
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        # What stands on models can be imported only now.
        run: Callable[[Engines, argparse.Namespace], bool] = import_module(program).run
        return 0 if run(both, options) else 1
