"""Sets of files, kept, compared, validated, guarded against shrinking: text in, a generation or a refusal out."""
