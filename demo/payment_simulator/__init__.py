"""A payment provider to develop against: its API, its checkout window, its webhooks, its faults.

It stands for somebody else's service, so it imports nothing of the shop: what the two agree on is
only what crosses the wire.
"""

from demo.payment_simulator.app import create_app
from demo.payment_simulator.settings import Settings
from demo.payment_simulator.webhooks import sign

__all__ = ["Settings", "create_app", "sign"]
