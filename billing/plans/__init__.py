"""Rate plans, time windows and holiday calendars: their pages, their API, their writes."""
