"""The language of the coop: pure values and state machines. No I/O and no clock; time is an argument."""
