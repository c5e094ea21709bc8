"""Parts of pages that are polled: who may see one gets its address, and all who may see the same share one drawing."""
