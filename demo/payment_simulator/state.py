"""What a request may reach; built once in the lifespan."""

from typing import TypedDict

from demo.payment_simulator.acquirer import Acquirer
from demo.payment_simulator.payments import Register
from demo.payment_simulator.scenarios import Playbook
from demo.payment_simulator.settings import Settings
from demo.payment_simulator.webhooks import Courier, DeliveryLog
from demo.payment_simulator.window import Window


class State(TypedDict):
    settings: Settings
    acquirer: Acquirer
    register: Register
    playbook: Playbook
    courier: Courier
    deliveries: DeliveryLog
    window: Window
