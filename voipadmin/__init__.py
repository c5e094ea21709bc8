"""Asterisk Admin: runs the Asterisk PBXs of VoIP operators from one database."""

import gc

from voipadmin.celery import app as celery_app

# Python looks for cycles after every 700 new objects, which takes a sixth of a start, where hundreds of thousands are
# made and none is freed. https://docs.python.org/3.11/library/gc.html#gc.set_threshold
gc.set_threshold(50_000, 20, 20)

__all__ = ["celery_app"]
