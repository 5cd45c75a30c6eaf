"""Measurements; not part of the product."""
