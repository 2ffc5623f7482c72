"""The command behind `make accuracy`."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.accuracy.document import ran_on, write_tables
from benchmarks.accuracy.jobs import KEPT, PROJECT, Outcome, run_all
from benchmarks.accuracy.sheet import worst_mistakes, write_sheet
from benchmarks.accuracy.tables import all_studies

DOCUMENT = PROJECT / "docs" / "MEASURED.md"


@click.command()
@click.option("--only", default="", help="Studies whose title contains this; the document is then left as it is.")
@click.option("--jobs", default=2, show_default=True, help="Experiments at a time.")
@click.option("--seeds", default=3, show_default=True, help="How many seeds the half-days are repeated with.")
def main(only: str, jobs: int, seeds: int) -> None:
    """Train on parts of the labelled pictures, judge on the rest, and write the tables into docs/MEASURED.md."""
    studies = [made for made in all_studies(seeds) if only.casefold() in made.title.casefold()]
    wanted = [job for study in studies for job in study.jobs]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
        outcomes = run_all(wanted, jobs, progress)
    tables, told = [f"Measured on {ran_on()}, by `make accuracy`."], iter(outcomes)
    for study in studies:
        those = [next(told) for _ in study.jobs]
        tables.append("\n".join([f"### {study.title}", "", *study.tell(those)]))
    tables.append(_training(outcomes))
    click.echo("\n\n".join(tables))
    sheet = KEPT / "worst.png"
    write_sheet(worst_mistakes([one for one in outcomes if one.job.learn]), sheet)
    click.echo(f"\nThe worst mistakes as a picture: {sheet.relative_to(Path.cwd())}", err=True)
    if not only:
        write_tables(DOCUMENT, tables)


def _training(outcomes: list[Outcome]) -> str:
    """How long training took, of those that were measured."""
    seconds = sorted(one.seconds for one in outcomes if one.job.learn)
    if not seconds:
        return ""
    median, most = seconds[len(seconds) // 2], seconds[-1]
    return f"Training took {median:.0f} s in the median and {most:.0f} s at most, beside another experiment."


if __name__ == "__main__":
    main()
