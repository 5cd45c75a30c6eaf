"""Stripe: the Payment Element in the guest's browser, PaymentIntents and SetupIntents here."""
