"""One module per file format; each takes the content of a report and looks nothing up itself."""
