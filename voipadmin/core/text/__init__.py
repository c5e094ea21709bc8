"""What text may hold: grammars of names, numbers and addresses in, a valid value or a sentence of refusal out."""
