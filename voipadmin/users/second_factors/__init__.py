"""Second factors: what roles demand and what people have set up come in; who has to set one up first goes out."""
