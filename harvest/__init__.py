"""Collects every number that a reader can reach, and compares each with the release.

It stands above dashboard and reports and shares neither their rights nor their lookups, so that a
mistake there cannot hide here.
"""
