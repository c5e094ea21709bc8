"""Rating the calls of a period again: a preview, an approval, and then entries for the differences."""
