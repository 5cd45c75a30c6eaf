"""Payment providers. One folder each; none knows our models or what a payment is for."""
