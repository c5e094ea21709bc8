"""Finding calls: a number, filters, an order and a place come in; a page of records goes out, of however many."""
