"""Template tags of the guest pages."""
