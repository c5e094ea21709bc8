"""What the pages know of each model: in come fields, columns, actions and words, out goes a registered `Entity`."""
