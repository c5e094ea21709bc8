"""Rate plans, time windows and holidays: what people enter comes in; the rows that tariffs refer to go out."""
