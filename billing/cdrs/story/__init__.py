"""A call told as a story: its records come in; a sentence, what to do next, and the steps of its price go out."""
