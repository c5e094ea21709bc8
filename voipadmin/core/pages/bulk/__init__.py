"""One action on many objects: rows chosen in a list come in; after a question a job does it, object by object."""
