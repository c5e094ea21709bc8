"""What is judged, priced and sent, held together over strings that people dial: generated operators in, figures out."""
