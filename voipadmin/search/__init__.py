"""The bar behind `/`: what was typed in, what it finds and which commands it could mean out; nothing is done here."""
