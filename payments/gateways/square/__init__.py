"""Square: the Web Payments SDK in the guest's browser, the Payments API here."""
