"""The audit log: filters come in; entries of the changelog and events go out, as page, CSV and API."""
