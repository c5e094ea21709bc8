"""What a price list would change: in come its lines and the rates in force, out goes the preview that a person sees."""
