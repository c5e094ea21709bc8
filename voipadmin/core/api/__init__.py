"""The kit of the REST API: problems, pages by cursor, idempotent writes, permissions, and a router per entity."""
