"""Reviews through the API."""
