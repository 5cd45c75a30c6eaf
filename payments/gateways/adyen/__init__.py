"""Adyen: Drop-in in the guest's browser, the Checkout API here, and outcomes by webhook."""
