"""Which pictures to ask people about: those whose labels teach most. Pure: NumPy and the domain's words alone.

Greedy, one picture after another, by the sum of four scores: how uncertain the serving version is (least confidence:
Lewis and Gale 1994, doi:10.1007/978-1-4471-2099-5_1; an answer that names nobody counts as none), how many versions
disagree (query by committee: Seung et al. 1992, doi:10.1145/130385.130417), how far the picture lies from all that is
labelled or already chosen (the k-centre of core-sets: Sener and Savarese 2018, arXiv:1708.00489), as far as it is
typical of the pool (TypiClust: Hacohen et al. 2022, arXiv:2202.02794: with few labels the odd ones teach little), and
what the labels lack so far of each hen, of the empty nest, of darkness and of the hours of the day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from henbot.domain.observations import UNKNOWN, HenId, NestId

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

NOBODY, TWO = "nobody", "two"
"""What a label may say instead of a hen's id (or `unknown`)."""

NEIGHBOURS = 5
"""Most alike pictures by which typicality is told: TypiClust's 20 are for pools of thousands."""

LEAST_SPREAD = 1e-3

TRUSTED_FROM = 20
"""Labels from which a version's doubt counts half: what few labels made is sure and unsure of the wrong pictures."""

LEAST_OF_EACH = 3
"""Empty nests, and hens, without which no version is trained (`detector.training.fit.check_enough`)."""

SAME_HEN = 0.8
"""How sure it is that a picture shows the hen whom another of its visit was labelled with."""


class Reason(StrEnum):
    """Why a picture is asked about: what speaks for it more than for others."""

    UNCERTAIN = "uncertain"
    DISAGREEMENT = "disagreement"
    NOVEL = "novel"
    BALANCE = "balance"


WEIGHTS = {Reason.UNCERTAIN: 1.0, Reason.DISAGREEMENT: 1.0, Reason.NOVEL: 1.0, Reason.BALANCE: 2.0}
"""On chickencam, weights of novelty of 1 to 3 and of balance of 2 to 3 came to the same within chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Pictures that could be asked about, row by row.

    Attributes:
        embeddings: (n, d), of one network, the same as of what is known.
        hens_probabilities: (n, 3) of 0, 1, 2 and more hens.
        posteriors: (n, k + 1) over `hens` and then unknown, given that there is a hen.
        disagreement: (n,) 0..1, the share of versions that say otherwise; 0 where there is one version only.
        nests: n of them.
        at: n aware times.
        dark: (n,) whether no colour is seen.
        visits: n ids of the visit that each belongs to, or None.
        hens: the k hens that can be named.
    """

    embeddings: Floats
    hens_probabilities: Floats
    posteriors: Floats
    disagreement: Floats
    nests: Sequence[NestId]
    at: Sequence[datetime]
    dark: Bools
    visits: Sequence[str | None]
    hens: Sequence[HenId] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Pictures that are labelled already, or were asked about and not answered, row by row as in `Pool`.

    Attributes:
        shows: m words: a hen's id, `NOBODY`, `TWO` or unknown.
    """

    embeddings: Floats
    shows: Sequence[str]
    nests: Sequence[NestId]
    at: Sequence[datetime]
    dark: Bools
    visits: Sequence[str | None]

    @classmethod
    def nothing(cls, width: int) -> "Known":
        """Before the first label; width: of an embedding."""
        return cls(np.zeros((0, width), np.float32), (), (), (), np.zeros(0, np.bool_), ())


@dataclass(frozen=True, slots=True)
class Choice:
    """A picture to ask about: its row in the pool, why, and how much speaks for it (comparable in one call only)."""

    index: int
    reason: Reason
    score: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts, and what is a near-duplicate.

    Attributes:
        timezone: of the coop, for the hours of the day.
        apart: pictures of a nest less than this apart are near-duplicates.
        alike: cosine of standardised embeddings from which two pictures are, whenever they were taken.
        part_of_day: what is balanced over the day.
        weights: of the four scores, each 0..1.
    """

    timezone: tzinfo = UTC
    apart: timedelta = timedelta(minutes=2)
    alike: float = 0.9
    part_of_day: timedelta = timedelta(hours=2)
    weights: Mapping[Reason, float] = field(default_factory=lambda: WEIGHTS)


RULES = Rules()


def choose(pool: Pool, known: Known, count: int, rules: Rules = RULES) -> list[Choice]:
    """At most `count` pictures, the most telling first; fewer where the rest are near-duplicates.

    Nothing within minutes of a labelled or chosen picture of the nest, nothing that looks like one, and of each visit
    one picture a call; nothing of a visit that people could not tell. The same arguments give the same choice.
    """
    if not len(pool.at) or count < 1:
        return []
    greedy = _Greedy(pool, known, rules)
    found: list[Choice] = []
    while len(found) < count and (choice := greedy.next()) is not None:
        found.append(choice)
    return found


def likeness(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """(n, n) and (n, m): cosines of standardised embeddings (n, d) among themselves, and to (m, d) others."""
    everything = np.concatenate([one, other])
    standard = (everything - everything.mean(axis=0)) / (everything.std(axis=0) + LEAST_SPREAD)
    unit = standard / (np.linalg.norm(standard, axis=1, keepdims=True) + LEAST_SPREAD)
    own, others = unit[: len(one)], unit[len(one) :]
    return np.asarray(own @ own.T, np.float32), np.asarray(own @ others.T, np.float32)


class _Greedy:
    """The choice so far."""

    def __init__(self, pool: Pool, known: Known, rules: Rules) -> None:
        self._pool, self._rules = pool, rules
        self._alike, to_known = likeness(pool.embeddings, known.embeddings)
        self._nearest = np.maximum(to_known.max(axis=1, initial=0.0), 0.0)
        self._typical = _typicality(self._alike)
        self._answers = _answers(pool, known)
        self._trust = len(known.shows) / (len(known.shows) + TRUSTED_FROM)
        self._left = (
            ~_close(pool, known, rules) & ~_vain(pool, known) & (to_known.max(axis=1, initial=-1) < rules.alike)
        )
        self._fresh = _freshness(pool, known)
        self._answerable = _answerable(pool, known)
        self._lacks = _Lacks(pool, known, rules)

    def next(self) -> Choice | None:
        """The most telling picture that is left, which is taken; None if there is none."""
        if not self._left.any():
            return None
        scores = self._scores()
        total = np.sum(list(scores.values()), axis=0)
        index = int(np.argmax(np.where(self._left, total, -np.inf)))
        above = {reason: float(score[index] - score.mean()) for reason, score in scores.items()}
        self._take(index)
        return Choice(index, max(above, key=above.__getitem__), round(float(total[index]), 4))

    def _scores(self) -> dict[Reason, Floats]:
        scores = {
            Reason.UNCERTAIN: self._trust * _uncertainty(self._answers),
            Reason.DISAGREEMENT: self._pool.disagreement,
            Reason.NOVEL: (1.0 - self._nearest) * self._typical * self._fresh,
            Reason.BALANCE: self._lacks.scores(self._answers),
        }
        weights = self._rules.weights
        return {reason: np.float32(weights[reason]) * self._answerable * score for reason, score in scores.items()}

    def _take(self, index: int) -> None:
        pool = self._pool
        self._nearest = np.maximum(self._nearest, self._alike[index])
        self._lacks.take(index, self._answers[index])
        visit = pool.visits[index]
        same_visit = np.asarray([visit is not None and other == visit for other in pool.visits], np.bool_)
        near = _near(pool, pool.nests[index], pool.at[index], self._rules)
        self._left &= ~same_visit & ~near & (self._alike[index] < self._rules.alike)
        self._left[index] = False


class _Lacks:
    """How much the labels lack of what a picture may show: hens, light and hours, each counted as it grows."""

    def __init__(self, pool: Pool, known: Known, rules: Rules) -> None:
        shown = Counter(known.shows)
        self._shown = np.asarray([shown[name] for name in (NOBODY, TWO, *pool.hens)], np.float64)
        self._nameless = 0.0
        self._words = _moments(pool.dark, pool.at, rules)
        self._counts = Counter(word for pair in _moments(known.dark, known.at, rules) for word in pair)

    def scores(self, answers: Floats) -> Floats:
        """(n,) 0..1; a hen whom nobody can name lacks as much as the hens do on average."""
        own = self._of_each()
        nameless = own[2:].mean() if len(own) > 2 else own[1]
        who = answers[:, :-1] @ own + answers[:, -1] * nameless
        when = np.mean([self._of_moment([pair[place] for pair in self._words]) for place in (0, 1)], axis=0)
        return np.asarray((2 * who + when) / 3, np.float32)

    def _of_each(self) -> NDArray[np.float64]:
        """(2 + k,): of nobody, of two, of each hen; first of all what every training wants of nobody and somebody."""
        shown = self._shown.copy()
        shown[2:] += self._nameless / max(len(shown) - 2, 1)
        own = _need(shown, float(np.delete(shown, 1).mean())) ** 2
        nobody, somebody = self._shown[0], self._shown[1:].sum() + self._nameless
        if nobody < min(LEAST_OF_EACH, somebody + 1):
            own[1:] /= 2
        elif somebody < LEAST_OF_EACH:
            own[0] /= 2
        return own

    def _of_moment(self, words: Sequence[str]) -> NDArray[np.float64]:
        counts = np.asarray([self._counts[word] for word in words], np.float64)
        return _need(counts, float(np.mean([self._counts[word] for word in set(words)])))

    def take(self, index: int, answers: Floats) -> None:
        """Count a chosen picture as what it most probably shows."""
        shows = int(answers.argmax())
        if shows < len(self._shown):
            self._shown[shows] += 1
        else:
            self._nameless += 1
        self._counts.update(self._words[index])


def _need(counts: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """1 where there is none, about a half at the mean."""
    return np.asarray((1.0 + mean) / (1.0 + mean + counts), np.float64)


def _answers(pool: Pool, known: Known) -> Floats:
    """(n, 2 + k + 1): probabilities of nobody, of two, of each hen alone, and of one whom nobody can name.

    Of a visit of which something is labelled, the hen is known: she stays the same.
    """
    none, one, two = pool.hens_probabilities.T
    who = np.array(pool.posteriors, np.float32)
    told: dict[str, Counter[int]] = {}
    for visit, shows in zip(known.visits, known.shows, strict=True):
        if visit is not None and shows in pool.hens:
            told.setdefault(visit, Counter())[list(pool.hens).index(HenId(shows))] += 1
    for row, visit in enumerate(pool.visits):
        if visit in told:
            who[row] *= 1.0 - SAME_HEN
            for hen, count in told[visit].items():
                who[row, hen] += SAME_HEN * count / told[visit].total()
    return np.concatenate([none[:, None], two[:, None], one[:, None] * who], axis=1).astype(np.float32)


def _uncertainty(answers: Floats) -> Floats:
    """(n,) 0..1: of whether there is somebody, and of who it is where anybody can be named."""
    nobody = answers[:, 0]
    named = answers[:, 2:-1]
    likeliest = named.max(axis=1, initial=0.0) if named.any() else 1.0 - nobody
    return np.asarray(1.0 - np.maximum(nobody, np.maximum(likeliest, answers[:, 1])), np.float32)


def _freshness(pool: Pool, known: Known) -> Floats:
    """(n,): the more of its visit is labelled, the less there is to learn."""
    labelled = Counter(visit for visit in known.visits if visit is not None)
    return np.asarray([1.0 / (1 + labelled[visit]) if visit else 1.0 for visit in pool.visits], np.float32)


def _answerable(pool: Pool, known: Known) -> Floats:
    """(n,): the share of questions in this light to which there was an answer, Laplace's rule."""
    shares = {True: 1.0, False: 1.0}
    for is_dark in shares:
        asked = [shows for shows, dark in zip(known.shows, known.dark, strict=True) if bool(dark) is is_dark]
        shares[is_dark] = (1 + sum(shows != UNKNOWN for shows in asked)) / (1 + len(asked))
    return np.asarray([shares[bool(dark)] for dark in pool.dark], np.float32)


def _vain(pool: Pool, known: Known) -> Bools:
    """(n,): of a visit that people could not tell."""
    vain = {visit for visit, shows in zip(known.visits, known.shows, strict=True) if visit and shows == UNKNOWN}
    return np.asarray([visit in vain for visit in pool.visits], np.bool_)


def _typicality(alike: Floats) -> Floats:
    """(n,) 0..1: how alike a picture is to those most alike to it, against the most typical one."""
    most = min(NEIGHBOURS + 1, len(alike))
    nearest = np.sort(alike, axis=1)[:, -most:].mean(axis=1)
    typical = np.maximum(nearest, 0.0)
    return np.asarray(typical / max(float(typical.max()), LEAST_SPREAD), np.float32)


def _moments(dark: Bools, at: Sequence[datetime], rules: Rules) -> list[tuple[str, str]]:
    """The light and the part of the day of each picture, in words to count."""
    parts = [timedelta(hours=t.hour, minutes=t.minute) // rules.part_of_day for t in _local(at, rules)]
    return [("dark" if is_dark else "light", f"part {part}") for is_dark, part in zip(dark, parts, strict=True)]


def _local(at: Sequence[datetime], rules: Rules) -> list[datetime]:
    return [moment.astimezone(rules.timezone) for moment in at]


def _close(pool: Pool, known: Known, rules: Rules) -> Bools:
    """(n,): within minutes of a labelled picture of the same nest."""
    found = np.zeros(len(pool.at), np.bool_)
    for nest, at in zip(known.nests, known.at, strict=True):
        found |= _near(pool, nest, at, rules)
    return found


def _near(pool: Pool, nest: NestId, at: datetime, rules: Rules) -> Bools:
    pairs = zip(pool.nests, pool.at, strict=True)
    return np.asarray([other == nest and abs(when - at) < rules.apart for other, when in pairs], np.bool_)
