"""Settings of ReserveHub, one module for each way to run it; this package itself sets nothing.

``development``  the demo and everyday work, with embedded servers where no URL is given (default)
``test``         the test suite
``production``   refuses to start half-configured
"""
