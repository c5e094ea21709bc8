"""Commands of numbering: a list of numbers comes in; the inventory changed by it goes out."""
