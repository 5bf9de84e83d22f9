"""Which mapping a file is read by, and the mapping a survey writes for itself."""
