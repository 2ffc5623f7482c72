"""Files that ship with the detector."""
