"""Rating over arrays: the same results as `billing.rating` and `billing.tariff_matching`, a million calls a second."""
