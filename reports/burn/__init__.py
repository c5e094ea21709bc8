"""What is being spent: roll-ups of today and the calls up now come in; sums by customer, as they burn, go out."""
