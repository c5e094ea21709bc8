"""Filters of the list of sessions."""

from django import template

from voipadmin.users.sessions import devices

register = template.Library()
register.filter("device_name", devices.device_name)
