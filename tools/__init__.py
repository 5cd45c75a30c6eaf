"""Helpers of development; nothing here runs in production."""
