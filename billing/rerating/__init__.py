"""Rating again: a period comes in; after a preview and an approval, ratings and entries for them go out."""
