"""Roll-ups: call records come in, counted again hour by hour where they changed; sums by hour and dimension go out."""
