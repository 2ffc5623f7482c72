"""`henbot demo`: a day in the hen house, on real frames where there are any, in a Telegram of its own."""

from henbot.demo.show import Options, run_demo

__all__ = ["Options", "run_demo"]
