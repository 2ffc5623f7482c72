"""How many labels are enough: choosing what to ask about, against asking about pictures at random."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from detector.backbone import Backbone, Features, Floats
from detector.background import NestBackground
from detector.choosing import NOBODY, TWO, Known, Pool, Rules, choose
from detector.crops import Pixels, quality_of
from detector.foreground import MapScale, Sight, look, posture_features, presence_features
from detector.identity import embedding
from detector.infrared import is_colourless
from detector.recognition import PARTIAL_HIDES, POOR_PICTURE_HIDES, Heads, Place
from detector.stock import stock_hens
from detector.training.augment import relight
from detector.training.dataset import Dataset
from detector.training.fit import check_enough, fit_heads, pictures_of
from detector.training.references import Empties, map_scale
from detector.training.study import RELIT_EMPTY, Picture, Sample, Study
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import UNKNOWN, HenId, Posterior, Posture, Quality

RELIT = 2
"""Copies of a picture in other light. A training makes up to 20, and birds repainted beside them; with these few a
version takes a second, for both ways of choosing alike.
"""

SEED = 2016

KEPT = 0.8
"""Of the pictures of a day, drawn by each seed, so that the spread is that of other pictures, too."""

LONGEST_SILENCE_S = 2700.0
"""Within a visit, as the watch of a motion-triggered camera trusts it."""

Chooser = Callable[["Progress"], list[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture as it was or in other light, and what the backbone says of it."""

    crop: Pixels
    features: Features


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A labelled picture, looked at once for all trainings.

    Attributes:
        shots: as it was, and relit.
        shows: what a person would answer: a hen's id, `NOBODY`, `TWO` or unknown.
        scored: whether the label is sure enough to judge by.
    """

    picture: Picture
    shots: tuple[Shot, ...]
    shows: str
    scored: bool
    dark: bool
    quality: Quality


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a version says of n pictures: (n, 3) of 0, 1, 2 hens, and (n, k + 1) of the k hens and unknown."""

    hens: Floats
    who: Floats

    def of(self, rows: Sequence[int]) -> "Opinion":
        """Those rows alone."""
        return Opinion(self.hens[list(rows)], self.who[list(rows)])


def subjects_of(dataset: Dataset, backbone: Backbone) -> list[Subject]:
    """Every readable picture of a dataset's nests; raises DatasetInvalid where there is none."""
    pictures, _ = pictures_of([dataset.only("nest")])
    if not pictures:
        raise DatasetInvalid(f"{dataset.folder}: none of its pictures can be read; put them into frames/")
    return [_subject(picture, backbone) for picture in pictures]


def _subject(picture: Picture, backbone: Backbone) -> Subject:
    random = np.random.default_rng([SEED, picture.stream])
    crops = [picture.crop, *(relight(picture.crop, random) for _ in range(RELIT))]
    shots = tuple(Shot(crop, _kept(backbone.features(crop))) for crop in crops)
    shows, scored = _shown(picture)
    return Subject(picture, shots, shows, scored, is_colourless(picture.crop), quality_of(picture.crop))


def _kept(features: Features) -> Features:
    """Without the 1000 classes' company in memory that is shared with the interpreter."""
    return Features(*(np.array(getattr(features, name)) for name in ("middle", "project", "deep", "classes")))


def _shown(picture: Picture) -> tuple[str, bool]:
    row = picture.row
    if not row.sure("hens"):
        return str(UNKNOWN), False
    if row.hens != 1:
        return (NOBODY, True) if row.hens == 0 else (TWO, False)
    named = row.sure("hen") and row.hen != UNKNOWN
    return (str(row.hen), True) if named else (str(UNKNOWN), False)


def teach(subjects: Sequence[Subject]) -> Heads | None:
    """Heads from labelled pictures of one coop by the product's trainer; None where it would refuse so few."""
    pictures = [subject.picture for subject in subjects]
    try:
        check_enough(pictures, ())
    except DatasetInvalid:
        return None
    scale = map_scale([subject.shots[0].features for subject in subjects])
    places = sorted({picture.place for picture in pictures})
    empties = {place: found for place in places if (found := _empties(subjects, place, scale)) is not None}
    study = Study(scale, empties, [sample for one in subjects for sample in _samples(one, scale, empties)])
    heads, _ = fit_heads(study, (pictures[0].coop,), None, frozenset())
    return heads


def _empties(subjects: Sequence[Subject], place: Place, scale: MapScale) -> Empties | None:
    own = [one for one in subjects if one.picture.place == place and one.scored and one.shows == NOBODY]
    shots = [(shot.features, one.picture.time) for one in own for shot in one.shots[: 1 + RELIT_EMPTY]]
    if not own:
        return None
    return Empties(scale, [f for f, _ in shots], [time for _, time in shots], [one.picture.crop for one in own])


def _samples(subject: Subject, scale: MapScale, empties: Mapping[Place, Empties]) -> Iterator[Sample]:
    known = empties.get(subject.picture.place)
    elsewhen = known.elsewhen(subject.picture.time) if known and subject.shows == NOBODY else None
    for number, shot in enumerate(subject.shots):
        sight = look(shot.features, shot.crop, scale, known.reference if known else None, elsewhen)
        yield Sample(subject.picture, sight, relit=number > 0)


def opinion(heads: Heads, subjects: Sequence[Subject], hens: Sequence[HenId]) -> Opinion:
    """What a version says of pictures of its coop, as `TrainedRecogniser.answer` does, all at once."""
    sights = [_sight(heads, one) for one in subjects]
    yes = heads.occupied.probabilities(np.stack([presence_features(sight) for sight in sights]))[:, 1]
    counts = np.stack([1.0 - yes, yes, np.zeros_like(yes)], axis=1)
    return Opinion(counts, _who(heads, subjects, sights, hens))


def _sight(heads: Heads, subject: Subject) -> Sight:
    shot = subject.shots[0]
    return look(shot.features, shot.crop, heads.scale, heads.references.get(subject.picture.place))


def _who(heads: Heads, subjects: Sequence[Subject], sights: Sequence[Sight], hens: Sequence[HenId]) -> Floats:
    gallery = heads.galleries.get(subjects[0].picture.coop)
    nameless: Posterior = {UNKNOWN: 1.0}
    if gallery is None:
        found = [nameless] * len(sights)
    else:
        trust = np.asarray([_trust(heads, *pair) for pair in zip(subjects, sights, strict=True)], np.float32)
        shown = gallery.posteriors(np.stack([embedding(sight) for sight in sights]), trust)
        pairs = zip(shown, subjects, strict=True)
        found = [gallery.abstention() if one.dark else posterior for posterior, one in pairs]
    return np.asarray([[posterior.get(hen, 0.0) for hen in (*hens, UNKNOWN)] for posterior in found], np.float32)


def _trust(heads: Heads, subject: Subject, sight: Sight) -> float:
    trust = 1.0 if subject.quality is Quality.OK else POOR_PICTURE_HIDES
    if heads.posture and Posture.PARTIAL in heads.posture.classes:
        shares = heads.posture.probabilities(posture_features(sight)[None])[0]
        trust *= 1.0 - PARTIAL_HIDES * float(shares[heads.posture.classes.index(Posture.PARTIAL)])
    return trust


def stock_opinion(subjects: Sequence[Subject], watched: Sequence[Subject], hens: Sequence[HenId]) -> Opinion:
    """What is said before any label, once `watched` were seen: somebody or nobody, and no name."""
    seen = [(one.shots[0].features, one.picture.row.captured_at) for one in watched]
    background = NestBackground.of(seen)
    found = [stock_hens(one.shots[0].features, background.strangeness(one.shots[0].features)) for one in subjects]
    nameless = np.zeros((len(subjects), len(hens) + 1), np.float32)
    nameless[:, -1] = 1.0
    return Opinion(np.asarray(found, np.float32), nameless)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Pictures to ask about and pictures to judge by, of one coop and nest."""

    pool: tuple[Subject, ...]
    judged: tuple[Subject, ...]
    hens: tuple[HenId, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """Where a round of questions begins.

    Attributes:
        labelled: rows of the pool that were asked about.
        opinion: asks the version that these made what it says of the pool.
        wanted: how many questions there are this time.
    """

    split: Split
    labelled: tuple[int, ...]
    opinion: Callable[[], Opinion]
    wanted: int

    @property
    def left(self) -> list[int]:
        """Rows of the pool that were not asked about."""
        return sorted(set(range(len(self.split.pool))) - set(self.labelled))


def at_random(random: np.random.Generator) -> Chooser:
    """Each picture of the pool that is left as likely as any other."""
    return lambda now: [now.left[place] for place in random.permutation(len(now.left))[: now.wanted]]


def by_choosing(rules: Rules) -> Chooser:
    """As the product asks."""
    return lambda now: _chosen(now, rules)


def _chosen(now: Progress, rules: Rules) -> list[int]:
    subjects, left, labelled = now.split.pool, now.left, list(now.labelled)
    embeddings = np.stack([one.shots[0].features.project.mean(axis=(0, 1)) for one in subjects])
    opinion = now.opinion()
    visits = _visits(now, opinion)
    dark = np.asarray([one.dark for one in subjects], np.bool_)
    said = opinion.of(left)
    pool = Pool(
        embeddings=embeddings[left],
        hens_probabilities=said.hens,
        posteriors=said.who,
        disagreement=np.zeros(len(left), np.float32),
        nests=[subjects[row].picture.row.nest for row in left],
        at=[subjects[row].picture.row.captured_at for row in left],
        dark=dark[left],
        visits=[visits[row] for row in left],
        hens=now.split.hens,
    )
    known = Known(
        embeddings=embeddings[labelled],
        shows=[subjects[row].shows for row in labelled],
        nests=[subjects[row].picture.row.nest for row in labelled],
        at=[subjects[row].picture.row.captured_at for row in labelled],
        dark=dark[labelled],
        visits=[visits[row] for row in labelled],
    )
    return [left[choice.index] for choice in choose(pool, known, now.wanted, rules)]


def _visits(now: Progress, said: Opinion) -> list[str | None]:
    """Visits as they were seen: pictures with a hen in a row, by the version of now and by what was answered."""
    occupied = said.hens.argmax(axis=1) > 0
    for row in now.labelled:
        occupied[row] = now.split.pool[row].shows != NOBODY
    times = [one.picture.time for one in now.split.pool]
    found: list[str | None] = [None] * len(times)
    number, before = 0, -np.inf
    for row in np.argsort(times, kind="stable"):
        if occupied[row]:
            number += times[row] - before > LONGEST_SILENCE_S
            found[row], before = str(number), times[row]
        else:
            before = -np.inf
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """What a number of labels came to.

    Attributes:
        labels: that were asked for.
        told: mean share of right answers over nobody and each hen: whether somebody is there, and who.
        present: balanced accuracy of hen or none.
        shows: how often the labels showed what.
    """

    labels: int
    told: float
    present: float
    shows: Mapping[str, int]


def curve(split: Split, chooser: Chooser, numbers: Sequence[int]) -> list[Point]:
    """Ask, train and judge, again and again, until the pool or its worthwhile pictures are used up.

    Args:
        split: pool and judge.
        chooser: who chooses.
        numbers: of labels in all, after each round.
    """
    version = _Version(split, None)
    labelled: list[int] = []
    found: list[Point] = []
    for number in numbers:
        new = chooser(Progress(split, tuple(labelled), version.of_pool, number - len(labelled)))
        if not new:
            break
        labelled += new
        asked = [split.pool[row] for row in labelled]
        version = _Version(split, teach(asked))
        found.append(
            Point(len(labelled), *scores(split, version.of_judged()), dict(Counter(one.shows for one in asked)))
        )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Version:
    """What some labels made, or what looks at a coop without labels."""

    split: Split
    heads: Heads | None

    def of_pool(self) -> Opinion:
        return self._of(self.split.pool)

    def of_judged(self) -> Opinion:
        return self._of(self.split.judged)

    def _of(self, subjects: Sequence[Subject]) -> Opinion:
        if self.heads is None:
            return stock_opinion(subjects, self.split.pool, self.split.hens)
        return opinion(self.heads, subjects, self.split.hens)


def scores(split: Split, said: Opinion) -> tuple[float, float]:
    """`told` and `present` of `Point`, over sure labels; a hen of whom the pool has no picture counts as somebody."""
    occupied = said.hens.argmax(axis=1) > 0
    named = [(*split.hens, UNKNOWN)[place] for place in said.who.argmax(axis=1)]
    known = {one.shows for one in split.pool}
    right: dict[object, list[bool]] = {}
    there: dict[object, list[bool]] = {}
    for one, is_there, name in zip(split.judged, occupied, named, strict=True):
        if not one.scored:
            continue
        there.setdefault(one.shows != NOBODY, []).append(is_there == (one.shows != NOBODY))
        if one.shows == NOBODY or one.shows in known:
            answer = name if is_there else NOBODY
            right.setdefault(one.shows, []).append(answer == one.shows)
    told, present = (float(np.mean([np.mean(hits) for hits in kinds.values()])) for kinds in (right, there))
    return told, present


def by_sittings(subjects: Sequence[Subject], hens: Sequence[HenId], seed: int) -> Split:
    """A random half of the stays of each hen, and of the stretches without one, to ask about; the rest to judge by."""
    random = np.random.default_rng([SEED, seed])
    kinds: dict[str, set[int]] = {}
    for one in subjects:
        kinds.setdefault(one.shows, set()).add(one.picture.sitting)
    asked: set[int] = set()
    for kind in sorted(kinds):
        stays = random.permutation(sorted(kinds[kind]))
        asked |= set(stays[: (len(stays) + int(random.integers(2))) // 2].tolist())
    return _parted(subjects, hens, [one.picture.sitting in asked for one in subjects])


def by_days(subjects: Sequence[Subject], dataset: Dataset, judged: date, seed: int) -> Split:
    """A day to judge by, and of the others four of five pictures, drawn by chance, to ask about."""
    random = np.random.default_rng([SEED, seed])
    held_out = [dataset.day_of(one.picture.row) == judged for one in subjects]
    kept = [one for one, is_out in zip(subjects, held_out, strict=True) if is_out or random.random() < KEPT]
    return _parted(kept, dataset.hens, [dataset.day_of(one.picture.row) != judged for one in kept])


def _parted(subjects: Sequence[Subject], hens: Sequence[HenId], asked: Sequence[bool]) -> Split:
    pairs = list(zip(subjects, asked, strict=True))
    return Split(tuple(s for s, a in pairs if a), tuple(s for s, a in pairs if not a), tuple(hens))
