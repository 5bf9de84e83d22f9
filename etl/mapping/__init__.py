"""What a mapping says: columns of a file to canonical columns, read from TOML and checked."""
