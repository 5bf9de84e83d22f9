"""What people do in the app, kept apart from releases: follow-ups, saved views, digests sent.

A release is replaced by the next one; this store stays. Everything about a pair is keyed by its
stable id, so that follow-ups survive every new release and every load.
"""
