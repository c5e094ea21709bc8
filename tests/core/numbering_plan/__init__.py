"""Tests of the numbering plan as rows."""
