"""Bytes to rows of text: what a file is, and every way to cut it into staged rows."""
