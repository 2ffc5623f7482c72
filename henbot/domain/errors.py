"""The one tree of errors. A message says what is wrong, where, and what to do about it."""


class HenbotError(Exception):
    """Root of every error that henbot raises on purpose; its text is fit for the keeper's eyes."""


class ConfigInvalid(HenbotError):
    """A configuration file or setting that cannot be used."""


class DatasetInvalid(HenbotError):
    """A dataset folder that cannot be read as one."""


class SourceUnavailable(HenbotError):
    """A camera, folder or file that gives no frames."""


class FrameUnreadable(HenbotError):
    """One frame that could not be decoded or dated; the others are unharmed."""


class ModelLoadFailed(HenbotError):
    """A model version that must not serve."""


class DatabaseOutdated(HenbotError):
    """A database schema older than this program: `henbot migrate` brings it up."""


class DatabaseTooNew(HenbotError):
    """A database schema from a newer henbot than this one."""


class TrainingFailed(HenbotError):
    """A training that cannot go on as it was asked for."""
