"""From exported files to canonical rows: read, map, check, write."""
