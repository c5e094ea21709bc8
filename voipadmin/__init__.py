"""Asterisk Admin: runs the Asterisk PBXs of VoIP operators from one database."""

from voipadmin.celery import app as celery_app

__all__ = ["celery_app"]
