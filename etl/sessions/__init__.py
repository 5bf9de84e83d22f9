"""Meetings to sessions: who met whom, and what all sources together say of it."""
