"""Real engines (PostgreSQL, Valkey, Asterisk, SIPp) started for the demo, the tests and the benches."""
