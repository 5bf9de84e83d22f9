"""The dashboard: pages over a published release, read by each viewer's rights."""
