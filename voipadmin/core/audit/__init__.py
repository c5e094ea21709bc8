"""Who changed what, from where: saved objects and requests in, changelog entries out."""
