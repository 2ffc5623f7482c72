"""How right the detector is on labelled pictures that it has not learned from: `make accuracy`."""
