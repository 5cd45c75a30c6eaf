"""The words and keyboards of the guest's screens."""
