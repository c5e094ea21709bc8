"""One action on many objects: rows chosen in a list come in, a job does it, object by object, once confirmed."""
