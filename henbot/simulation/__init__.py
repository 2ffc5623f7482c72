"""A simulated coop: years of hens, written straight into a database, for tests, benchmarks and pictures.

The same seed gives the same coop. What truly happened comes back beside what the cameras saw of it.
"""

from henbot.simulation.flock import Setting
from henbot.simulation.writing import Truth, write_coop

__all__ = ["Setting", "Truth", "write_coop"]
