"""The environment, and the `.env` beside the code, which never overrides it."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(env.str("VOIPADMIN_ENV_FILE", default=str(BASE_DIR / ".env")))
