"""The pages of one object: in come its address and a form, out go the object shown, saved, acted on or deleted."""
