"""Reports: call records and live state come in; the dashboard, sums and imported spools go out."""
