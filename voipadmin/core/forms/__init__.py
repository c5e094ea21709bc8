"""The kit of forms: what people type or upload in, clean values or field errors out."""
