"""The kernel's half of the HTTP API: problems, pages, keys, limits, versions and their schema."""
