"""Staged rows to canonical rows: parsed, resolved, checked, set aside or merged."""
