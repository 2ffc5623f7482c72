"""Numbers as people write and say them: figures, `3rd`, `3-го`, `third`, `третьего`, `двадцать первого`."""

import re
from collections.abc import Mapping
from functools import cache

_ENGLISH = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
_ENGLISH_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"""
_RUSSIAN = """один,одного,одну,одна,одно два,две,двух,двое,двоих три,трех,трое,троих четыре,четырех,четверо
    пять,пяти,пятеро шесть,шести семь,семи
    восемь,восьми девять,девяти десять,десяти одиннадцать,одиннадцати двенадцать,двенадцати тринадцать,тринадцати
    четырнадцать,четырнадцати пятнадцать,пятнадцати шестнадцать,шестнадцати семнадцать,семнадцати
    восемнадцать,восемнадцати девятнадцать,девятнадцати"""
_RUSSIAN_ORDINALS = """перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат
    четырнадцат пятнадцат шестнадцат семнадцат восемнадцат девятнадцат"""
_ORDINAL_ENDING = r"(?:ого|ьего|ое|ье|ому|ьему|ьем|ем|ом|ый|ий|ой|ую|ью|ая|ья)"
_TENS: Mapping[str, int] = {"twenty": 20, "thirty": 30, "двадцать": 20, "двадцати": 20, "тридцать": 30, "тридцати": 30}
_ORDINAL_TENS: Mapping[str, int] = {"twentieth": 20, "thirtieth": 30, "двадцат": 20, "тридцат": 30}
_FIGURES = re.compile(r"(\d+)(-?[a-zа-я]+)?")
_LARGEST = 9999


def number_at(words: list[str], at: int) -> tuple[int, int, bool] | None:
    """The number that begins at a place: its value, how many words it takes, whether it is an ordinal (`third`)."""
    figures = _FIGURES.fullmatch(words[at])
    if figures:
        value = int(figures[1][:6])
        return (value, 1, figures[2] is not None) if value <= _LARGEST else None
    tens = _TENS.get(words[at])
    if tens is not None:
        unit = _unit(words[at + 1]) if at + 1 < len(words) else None
        return (tens + unit[0], 2, unit[1]) if unit and unit[0] < 10 else (tens, 1, False)
    found = _unit(words[at])
    return (found[0], 1, found[1]) if found else None


@cache
def _unit(word: str) -> tuple[int, bool] | None:
    cardinals, ordinals = _cardinals(), _ordinals()
    if word in cardinals:
        return cardinals[word], False
    ended = re.fullmatch(rf"(.+?){_ORDINAL_ENDING}", word)
    for form in (word, ended[1] if ended else ""):
        if form in ordinals and (form.isascii() or ended):
            return ordinals[form], True
    return None


@cache
def _cardinals() -> Mapping[str, int]:
    russian = {form: value for value, forms in enumerate(_RUSSIAN.split(), 1) for form in forms.split(",")}
    return {word: value for value, word in enumerate(_ENGLISH.split(), 1)} | russian | {
        "couple": 2, "пару": 2, "пара": 2, "пары": 2, "dozen": 12, "полтора": 1,
    }  # fmt: skip


@cache
def _ordinals() -> Mapping[str, int]:
    english = {word: value for value, word in enumerate(_ENGLISH_ORDINALS.split(), 1)}
    return english | {word: value for value, word in enumerate(_RUSSIAN_ORDINALS.split(), 1)} | dict(_ORDINAL_TENS)
