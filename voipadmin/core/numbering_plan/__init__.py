"""The numbering plan as rows that the operator edits, and the plan that they make at a moment."""
