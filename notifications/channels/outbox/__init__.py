"""Development without any provider."""
