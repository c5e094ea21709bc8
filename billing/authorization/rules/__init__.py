"""The rules of a call: frozen values in, a permit or a refusal out. Pure, without Django and the database."""
