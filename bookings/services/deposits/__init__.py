"""The life of money on a reservation (rules 77-84). The public services are in
`bookings.services`.
"""
