"""Pictures of how a training went and how right its versions are; matplotlib without a window."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.training.crossvalidate import Part
from detector.training.evaluate import Judged
from henbot.domain.observations import UNKNOWN

BINS = 10
INCHES, DPI = (5.0, 4.2), 120
BLUE, GREY = "#3b6ea5", "#9a9a9a"


def draw_report(parts: Sequence[Part], folder: Path) -> list[Path]:
    """Confusion matrices, reliability diagrams and each hen's accuracy, as PNG files in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    nests = [pair for part in parts for pair in part.judged if part.dataset.nests[pair[0].nest].kind == "nest"]
    drawn = [
        _save(folder / f"confusion-{question}.png", confusion_figure(question, *answers(question, nests)))
        for question in ("hens", "posture", "hen")
        if answers(question, nests)[0]
    ]
    drawn += [
        _save(folder / f"reliability-{question}.png", reliability_figure(question, *confidences(question, nests)))
        for question in ("hens", "posture", "hen")
        if len(confidences(question, nests)[0])
    ]
    if answers("hen", nests)[0]:
        drawn.append(_save(folder / "each-hen.png", hens_figure(*answers("hen", nests))))
    return drawn


def answers(question: str, judged: Sequence[Judged]) -> tuple[list[str], list[str]]:
    """Labels and answers of the frames that have both; `unknown` is an answer for a hen."""
    found = [(row, said) for row, said in judged if row.sure(question) and said[question] is not None]  # type: ignore[literal-required]
    if question == "hens":
        return [str(min(row.hens or 0, 2)) for row, _ in found], [str(said["hens"]) for _, said in found]
    if question == "hen":
        found = [(row, said) for row, said in found if row.hens == 1 and row.hen != UNKNOWN]
        return [str(row.hen) for row, _ in found], [str(said["hen"]) for _, said in found]
    return [str(row.posture) for row, _ in found], [str(said["posture"]) for _, said in found]


def confidences(question: str, judged: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How probable each answer was said to be, (n,), and whether it was right, (n,); what abstained is left out."""
    key = {"hens": "hens_probabilities", "posture": "posture_probabilities", "hen": "hen_probabilities"}[question]
    found: list[tuple[float, bool]] = []
    for pair in judged:
        truth, said = answers(question, [pair])
        if truth and said[0] != UNKNOWN:
            found.append((pair[1][key].get(said[0], 0.0), truth == said))  # type: ignore[literal-required]
    return np.asarray([p for p, _ in found], np.float64), np.asarray([right for _, right in found], np.bool_)


def confusion_figure(question: str, truth: Sequence[str], said: Sequence[str]) -> Any:
    """A matrix: a row for each label, a column for each answer; the shares of a row add up to 1."""
    names = sorted({*truth, *said} - {UNKNOWN}) + ([UNKNOWN] if UNKNOWN in said else [])
    counts = np.zeros((len(names), len(names)), int)
    for label, answer in zip(truth, said, strict=True):
        counts[names.index(label), names.index(answer)] += 1
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = _figure()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="said", ylabel="labelled", title=f"{question}: {int(np.trace(counts))} of {counts.sum()} right")
    return figure


def reliability_figure(question: str, probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> Any:
    """How often answers of a probability are right; on the diagonal they are as often as they say."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    bins = [place for place in range(BINS) if (places == place).any()]
    said = [probabilities[places == place].mean() for place in bins]
    true = [right[places == place].mean() for place in bins]
    many = [int((places == place).sum()) for place in bins]
    figure, axes = _figure()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    axes.plot(said, true, color=BLUE, marker="o")
    for x, y, count in zip(said, true, many, strict=True):
        axes.annotate(str(count), (x, y), textcoords="offset points", xytext=(0, -14), ha="center", fontsize=8)
    error = calibration_error(probabilities, right)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.05), xlabel="said probability", ylabel="share right")
    axes.set_title(f"{question}: calibration error {error:.1%}")
    return figure


def calibration_error(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error in ten bins (Guo et al. 2017, arXiv:1706.04599)."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [
        (places == place).mean() * abs(right[places == place].mean() - probabilities[places == place].mean())
        for place in range(BINS)
        if (places == place).any()
    ]
    return float(np.sum(gaps))


def hens_figure(truth: Sequence[str], said: Sequence[str]) -> Any:
    """A bar for each hen: the shares of her frames that were named right, left open, and named wrong."""
    hens = sorted(set(truth))
    pairs = list(zip(truth, said, strict=True))
    figure, axes = _figure()
    start = np.zeros(len(hens))
    for kind, colour in (("right", "#3f8f5b"), (UNKNOWN, GREY), ("wrong", "#b5493a")):
        shares = np.asarray([np.mean([_kind(*pair) == kind for pair in pairs if pair[0] == hen]) for hen in hens])
        axes.barh(hens, shares, left=start, color=colour, label=kind)
        start = start + shares
    axes.set_yticks(range(len(hens)), [f"{hen} ({truth.count(hen)})" for hen in hens])
    axes.set(xlim=(0, 1), xlabel="share of her frames", title="which hen, frame by frame")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.35), ncols=3, frameon=False)
    return figure


def epochs_figure(epochs: Sequence[dict[str, Any]]) -> Any:
    """Loss and held-out accuracy of each epoch of a run, a line for each question."""
    figure, (left, right) = _figure(columns=2)
    for question in epochs[-1]["questions"] if epochs else ():
        history = [epoch["questions"][question] for epoch in epochs]
        left.plot([each["loss"] for each in history], label=question)
        right.plot([np.nan if each["held_out"] is None else each["held_out"] for each in history], label=question)
    left.set(xlabel="epoch", title="loss in training")
    right.set(xlabel="epoch", title="balanced accuracy, held out", ylim=(0, 1.02))
    left.legend(frameon=False)
    return figure


def _kind(label: str, answer: str) -> str:
    return "right" if label == answer else UNKNOWN if answer == UNKNOWN else "wrong"


def _figure(columns: int = 1) -> tuple[Any, Any]:
    """A figure of its own, not pyplot's: it needs no window and is forgotten when it is saved."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(INCHES[0] * columns, INCHES[1]), dpi=DPI, layout="constrained")
    return figure, figure.subplots(1, columns)


def _save(path: Path, figure: Any) -> Path:
    figure.savefig(path)
    return path
