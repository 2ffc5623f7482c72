"""Fine-tune the backbone's last stages on a coop's pictures, within a budget of time and memory."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from detector.backbone import Floats
from detector.training.alarms import Alarm, Epoch, alarms_of, one_answer, skewed
from detector.training.augment import Relighting
from detector.training.memory import Plan
from detector.training.runs import Run
from detector.training.shards import GROUPS, QUESTIONS, Answers, Shards, answers_of, group_of
from detector.training.study import Picture
from detector.training.trainee import Rates, Trainee

COPIES_IN_ALL, MOST_COPIES = 3600, 12
"""Over the whole set and of each picture: a minute on two cores for 300 pictures, 160 MB on disk for a while."""

WARM_EPOCHS = 2
"""Passes in which the new heads learn on features of ImageNet, before the stages below them move."""

FEWEST_EPOCHS, MOST_EPOCHS = 4, 40
OVERTIME = 1.5
"""Of the budget; a machine that became slower meanwhile ends the training there."""

ALARMS_FROM = 0.6
"""Share of the passes from which signs are looked for: a net that is still moving swings, and rights itself.

On chickencam a gap of 36 points in posture in the fifth of 40 passes was one of 5 in the last.
"""

MEASURED_STEPS = 3
LARGEST_WEIGHT = 4.0
JUDGED_IN_TRAINING = 120


HIGHEST = Rates()


@dataclass(frozen=True, slots=True)
class Tuning:
    """How to fine-tune.

    Attributes:
        minutes: for the steps, from which the number of epochs follows.
        epochs: that number, if it shall not depend on the machine.
        dropout: share of the pooled features that a step does not see.
        rates: at their highest; the tail's falls by a cosine to 0.
    """

    minutes: float = 6.0
    epochs: int | None = None
    dropout: float = 0.3
    rates: Rates = HIGHEST


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned and what is held out; both of nests, not roosts."""

    learned: Sequence[Picture]
    held_out: Sequence[Picture]
    relighting: Relighting
    seed: int


@dataclass(frozen=True, slots=True)
class Tuned:
    """What came of it."""

    tail: bytes
    epochs: int
    alarms: tuple[Alarm, ...]


def tune(
    material: Material, tuning: Tuning, plan: Plan, run: Run, progress: Progress, say: Callable[[str], None]
) -> Tuned:
    """Fine-tune, or go on where a killed run stood.

    Args:
        material: the pictures.
        tuning: how.
        plan: how many pictures at once, and their size.
        run: where metrics and the state to go on from are written.
        progress: where to show a bar.
        say: told each alarm's sentence once.
    """
    from detector.training.tail import to_flatbuffer

    answers = answers_of(material.learned)
    lesson = _Lesson(material, answers, plan, run)
    lesson.write(progress)
    trainee = Trainee(answers.classes, _class_weights(material.learned, answers), tuning.dropout, material.seed)
    course = _Course(lesson, trainee, run, say)
    course.warn_of_skew()
    epochs = int(run.record().get("epochs") or tuning.epochs or course.affordable(tuning.minutes))
    run.note(epochs=epochs, plan=asdict(plan))
    course.go(epochs, tuning, progress)
    return Tuned(to_flatbuffer(trainee.tail), epochs, tuple(course.alarms))


class _Lesson:
    """Maps on disk, in batches."""

    def __init__(self, material: Material, answers: Answers, plan: Plan, run: Run) -> None:
        self.material = material
        self.answers = answers
        self.plan = plan
        copies = int(np.clip(COPIES_IN_ALL // len(material.learned), 2, MOST_COPIES))
        self._learned = Shards(run.work / "learned", plan.side, copies)
        self._held_out = Shards(run.work / "held_out", plan.side, 1)
        self.steps = -(-len(material.learned) // plan.batch)
        present = {group_of(picture) for picture in material.learned}
        self._shares = {group: 1.0 / len(present) for group in GROUPS if group in present}

    def write(self, progress: Progress) -> None:
        m = self.material
        total = len(m.learned) * self._learned.copies + len(m.held_out)
        task = progress.add_task("Copying pictures in other light", total=total)
        for shards, pictures in ((self._learned, m.learned), (self._held_out, m.held_out)):
            shards.folder.mkdir(exist_ok=True)
            shards.write(pictures, self.answers, m.relighting, m.seed, lambda: progress.advance(task))
        progress.update(task, completed=total)

    def batches(self, epoch: int) -> Any:
        """One epoch: as many pictures as are learned from, half of them without a hen."""
        stream = self._learned.stream(self._shares, self.material.seed * 1000 + epoch)
        return stream.batch(self.plan.batch).take(self.steps).prefetch(1)

    def learned_as_they_were(self) -> Any:
        every = max(1, len(self.material.learned) // JUDGED_IN_TRAINING)
        return self._learned.real(list(self._shares)).shard(every, 0).batch(self.plan.batch)

    def held_out(self) -> Any:
        groups = [g for g in GROUPS if any(group_of(p) == g for p in self.material.held_out)]
        return self._held_out.real(groups).batch(self.plan.batch) if groups else ()


class _Course:
    """Epoch after epoch, each written down, with alarms."""

    def __init__(self, lesson: _Lesson, trainee: Trainee, run: Run, say: Callable[[str], None]) -> None:
        self.alarms: list[Alarm] = []
        self._lesson = lesson
        self._trainee = trainee
        self._run = run
        self._say = say
        self._history: dict[str, list[Epoch]] = {question: [] for question in trainee.questions}

    def affordable(self, minutes: float) -> int:
        """How many epochs the budget allows, from a few steps that leave no trace."""
        start = self._trainee.arrays()
        self._trainee.set_rates(Rates(0.0, 0.0))
        maps, labels = next(iter(self._lesson.batches(0)))
        self._trainee.step(maps, labels)  # The first step traces the graph.
        began = time.monotonic()
        for _ in range(MEASURED_STEPS):
            self._trainee.step(maps, labels)
        step_s = (time.monotonic() - began) / MEASURED_STEPS
        self._trainee.restore(start)
        return int(np.clip(minutes * 60 / (step_s * (self._lesson.steps + 2)), FEWEST_EPOCHS, MOST_EPOCHS))

    def warn_of_skew(self) -> None:
        for question, classes in self._lesson.answers.classes.items():
            labels = [self._lesson.answers.label(question, p) for p in self._lesson.material.learned]
            self._raise(skewed(question, [classes[label] for label in labels if label >= 0]))

    def go(self, epochs: int, tuning: Tuning, progress: Progress) -> None:
        """Learn; what a killed run has finished already is not done again."""
        first = self._resume()
        task = progress.add_task("Fine-tuning", total=epochs * self._lesson.steps, completed=first * self._lesson.steps)
        deadline = time.monotonic() + OVERTIME * 60 * tuning.minutes
        for epoch in range(first, epochs):
            self._trainee.set_rates(_rates(tuning.rates, epoch, epochs))
            losses = self._learn(epoch, lambda: progress.advance(task))
            self._judge(epoch, losses, late=epoch + 1 >= ALARMS_FROM * epochs)
            self._run.save_state(self._trainee.arrays() | {"epoch": np.asarray(epoch)})
            if tuning.epochs is None and time.monotonic() > deadline:
                self._say(f"The time is up after {epoch + 1} of {epochs} passes; training ends here.")
                break

    def _resume(self) -> int:
        state = self._run.state()
        if state is None:
            return 0
        self._trainee.restore(state)
        finished = int(state["epoch"]) + 1
        for written in self._run.epochs()[:finished]:
            for question, values in written["questions"].items():
                self._history[question].append(Epoch(**values))
        return finished

    def _learn(self, epoch: int, tick: Callable[[], None]) -> dict[str, float]:
        losses: dict[str, list[float]] = {question: [] for question in self._trainee.questions}
        for maps, labels in self._lesson.batches(epoch):
            for question, loss in self._trainee.step(maps, labels).items():
                losses[question].append(loss)
            tick()
        return {question: float(np.mean(values)) if values else 0.0 for question, values in losses.items()}

    def _judge(self, epoch: int, losses: Mapping[str, float], *, late: bool) -> None:
        trained, trained_truth = self._trainee.answers(self._lesson.learned_as_they_were())
        held, held_truth = self._trainee.answers(self._lesson.held_out())
        for question in self._trainee.questions:
            column = QUESTIONS.index(question)
            judged = held_truth[:, column]
            self._history[question].append(
                Epoch(
                    question=question,
                    loss=round(losses[question], 5),
                    guessing=round(float(np.log(len(self._lesson.answers.classes[question]))), 5),
                    train=_balanced_accuracy(trained[question], trained_truth[:, column]),
                    held_out=_balanced_accuracy(held[question], judged) if held else None,
                    judged=int((judged >= 0).sum()),
                )
            )
            said, truth = (held[question], judged) if held else (trained[question], trained_truth[:, column])
            if late:
                self._raise(self._one_answer(question, said, truth))
        latest = {question: asdict(history[-1]) for question, history in self._history.items()}
        self._run.note_epoch({"epoch": epoch, "questions": latest})
        for alarm in alarms_of(list(self._history.values())) if late else ():
            self._raise(alarm)

    def _one_answer(self, question: str, logits: Floats, truth: NDArray[np.int32]) -> Alarm | None:
        names, known = self._lesson.answers.classes[question], truth >= 0
        said = [names[place] for place in logits[known].argmax(axis=1)]
        return one_answer(question, [names[place] for place in truth[known]], said)

    def _raise(self, alarm: Alarm | None) -> None:
        """Tell each kind of sign once a question."""
        if alarm is None or (alarm.kind, alarm.question) in {(a.kind, a.question) for a in self.alarms}:
            return
        self.alarms.append(alarm)
        self._run.note(alarms=[asdict(each) for each in self.alarms])
        self._say(alarm.sentence)


def _rates(highest: Rates, epoch: int, epochs: int) -> Rates:
    """The tail rests while the heads warm up, then falls by half a cosine (Loshchilov and Hutter, arXiv:1608.03983)."""
    done = max(epoch - WARM_EPOCHS, 0) / max(epochs - WARM_EPOCHS, 1)
    falling = 0.5 * (1.0 + float(np.cos(np.pi * done)))
    return Rates(highest.heads * falling, 0.0 if epoch < WARM_EPOCHS else highest.tail * falling)


def _class_weights(pictures: Sequence[Picture], answers: Answers) -> dict[str, NDArray[np.float32]]:
    """By question: what makes up for rarity in batches that show as many empty nests as hens."""
    shown = {group: sum(group_of(p) == group for p in pictures) for group in GROUPS}
    share = np.asarray([1.0 / shown[group_of(p)] for p in pictures])
    found = {}
    for question, classes in answers.classes.items():
        labels = np.asarray([answers.label(question, p) for p in pictures])
        often = np.asarray([share[labels == place].sum() for place in range(len(classes))])
        found[question] = np.minimum(often.mean() / often, LARGEST_WEIGHT).astype(np.float32)
    return found


def _balanced_accuracy(logits: Floats, truth: NDArray[np.int32]) -> float | None:
    """Mean recall of the classes that occur; None where nothing is known."""
    said = logits.argmax(axis=1)
    recalls = [float((said[truth == kind] == kind).mean()) for kind in set(truth[truth >= 0].tolist())]
    return round(float(np.mean(recalls)), 4) if recalls else None
