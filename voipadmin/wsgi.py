"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voipadmin.settings")

_django = get_wsgi_application()

# Only now: what is imported needs Django to be set up.
from voipadmin.core.polling.serving import with_polling  # noqa: E402

application = with_polling(_django)
