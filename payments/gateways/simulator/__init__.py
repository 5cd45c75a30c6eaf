"""A payment provider inside the project, for development: no real money, everything else real.

It keeps its own books (`payments.models.simulator`), has a page where the guest decides what the
bank does, and reports by signed webhooks over HTTP. `merchant.py` answers the calls of the gateway,
`guest.py` the page; both commit for themselves and refuse to run inside a transaction of ours, as
a provider would know nothing of it.
"""
