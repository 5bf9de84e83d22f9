"""Person-level facts: declared tables, both engines, and what is counted from them."""
