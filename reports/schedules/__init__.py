"""Reports at times: a saved filter and a cadence come in; files go to recipients who may see them."""
