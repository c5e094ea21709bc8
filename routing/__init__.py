"""Routing: providers, gateways, routes and a number come in; the gateways to try, in order, go out."""
