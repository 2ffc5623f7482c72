"""Why a version is refused or given up, in the language of who reads it: the detector itself says it in English."""

import re
from html import escape

from henbot.bot.wording import Wording

KNOWN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (phrase, re.compile(pattern))
    for phrase, pattern in (
        ("failure-sha256", r"sha256 differs"),
        ("failure-cut", r"has \d+ bytes, its manifest says"),
        ("failure-preprocessing", r"preprocessing is (?P<is>\S+), this henbot works with (?P<wanted>\d+)"),
        ("failure-other-kind", r"(?:format|input_shape|backbone_sha256|kind) is .*this henbot works with"),
        ("failure-heads", r"heads do not fit"),
        ("failure-not-finite", r"values that are not finite"),
        ("failure-no-arrays", r"holds no plain arrays"),
        ("failure-unfolds", r"would unfold to (?P<size>[\d.]+) MB"),
        ("failure-no-manifest", r"there is no manifest|must hold manifest\.json once"),
        ("failure-manifest", r"manifest\.json: cannot be read"),
        ("failure-strange", r"is no part of a version|leads out of the folder|no id of a version|does not name"),
        ("failure-missing", r"(?P<file>[\w.]+): is missing"),
        ("failure-no-archive", r"is no whole archive of a version"),
        ("failure-here", r"is here already"),
        ("failure-no-numbers", r"it gave no numbers for a picture"),
        ("failure-broke", r"it failed at a picture"),
        ("failure-slower", r"it takes (?P<new>\d+) ms a look, the one before took (?P<before>\d+) ms"),
        ("failure-slow", r"it takes (?P<seconds>[\d.]+) s a look"),
        ("failure-one-answer", r"for an hour it saw .*otherwise in (?P<differing>\d+) of (?P<looks>\d+)"),
        ("failure-one-name", r"for an hour it took every hen for .*another in (?P<differing>\d+) of (?P<looks>\d+)"),
    )
)
"""Phrases, and how to know in the detector's own words that they are meant."""


def failure_words(reason: str, wording: Wording) -> str:
    """A reason as it can be read, escaped; one that is not known stays as it is."""
    for phrase, pattern in KNOWN:
        if found := pattern.search(reason):
            told = {name: escape(value, quote=False) for name, value in found.groupdict().items()}
            return wording.say(phrase, reason=escape(reason, quote=False), **told)
    return escape(reason, quote=False)
