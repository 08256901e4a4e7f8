"""The event that most tests of the handlers send, and the counter that it counts on."""

from __future__ import annotations

EVENT = {"experiment": "checkout", "variant": "blue", "event": "buy", "uuid": "u-1"}
COUNTER = "alephbet:counters:checkout:buy:blue"
