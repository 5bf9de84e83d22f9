"""The chapters of a quarter's report, one module per kind of content."""
