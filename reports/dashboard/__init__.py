"""The dashboard: in come call records, roll-ups and nodes, out go its figures and its live panel."""
