"""The page: a YAML and what becomes of it, side by side."""
