"""Worker records and exits to employment spells and job stretches."""
