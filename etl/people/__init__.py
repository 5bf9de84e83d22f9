"""Whose row it is: identifiers resolve to people, unresolved ones wait for a human."""
