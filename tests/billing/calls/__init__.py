"""Tests of the list of calls and of a call's page."""
