"""The command line: `python -m exercises`."""

import io
import json
import os
import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from exercises.grader import corpus, grading, progress, words
from exercises.grader.answers import NoAnswer, Unreadable, answer_in_file
from exercises.grader.catalogue import UnknownExercise, exercises, find
from exercises.grader.gradebook import Entry, GradebookError
from exercises.grader.judge import judge
from exercises.grader.seal import reached
from exercises.grader.submissions import NoSubmissions, loose_notebooks
from exercises.grader.verdict import Status

COULD_NOT = 2  # the exit code for everything that is not a verdict


class Problem(click.ClickException):
    """One clear sentence on standard error, and exit code 2."""

    exit_code = COULD_NOT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The exercises of the streaming lesson: see them, check an answer, grade a class."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may not know every letter of an answer


@main.command("list")
def list_() -> None:
    """Show the exercises, their points, and how far you are."""
    remembered = progress.recall()
    table = Table("", "exercise", "title", "points", "you", "taught in", box=None, pad_edge=False)
    for exercise in exercises().values():
        entry = remembered.get(exercise.name)
        you = "–" if entry is None else "✓ passed" if entry.score else "not yet"
        table.add_row(
            str(exercise.number),
            exercise.name,
            exercise.title,
            words.points(exercise.points),
            you,
            words.place(exercise.lesson),
        )
    Console().print(table)


@main.command()
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def check(name: str, file: Path | None, as_json: bool) -> None:
    """Judge the answer to exercise NAME.

    FILE is a notebook or a .py file; without it, the exercise's own notebook is read. The exit code is 0 for
    passed, 1 for failed, 2 when the answer could not be checked.
    """
    try:
        exercise = find(name)
        answer = answer_in_file(exercise, file or exercise.notebook)
    except (UnknownExercise, Unreadable, NoAnswer) as problem:
        if as_json:
            click.echo(
                json.dumps(
                    {
                        "exercise": name,
                        "status": "could-not-check",
                        "score": None,
                        "max_score": None,
                        "findings": [],
                        "why": str(problem),
                        "seconds": 0.0,
                    },
                )
            )
            sys.exit(COULD_NOT)
        raise Problem(str(problem)) from problem
    verdict = judge(exercise, answer.text)
    if file is None:
        progress.remember(verdict)
    if as_json:
        click.echo(json.dumps(verdict.as_json(), indent=2))
    else:
        colour = {Status.PASSED: "green", Status.FAILED: "red", Status.COULD_NOT_CHECK: "yellow"}[
            verdict.status
        ]
        first, _, rest = words.text(verdict).partition("\n")
        click.secho(first, fg=colour, bold=True)
        click.echo(rest)
    sys.exit(verdict.status.exit_code)


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--to", "to", required=True, type=click.Path(path_type=Path), help="The folder for the results."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), help="Answers judged at once (default: one for each core)."
)
@click.option("--unsafe", is_flag=True, help="Grade even where no sandbox can be had.")
def grade(submissions: Path, to: Path, jobs: int | None, unsafe: bool) -> None:
    """Grade every student's notebooks under SUBMISSIONS (<student>/<exercise>.ipynb).

    Writes gradebook.sqlite, grades.csv and feedback/<student>.html. A run that was cut off is finished by
    running the same command again; what was graded already is kept.
    """
    seal = reached()
    if not (seal.is_sandbox or unsafe):
        raise Problem(
            f"Answers cannot be graded in a sandbox here. {seal.missing} With --unsafe they run as you, with what you "
            "may read, write and reach."
        )
    console = Console(stderr=True)
    counts: Counter[str] = Counter()
    try:
        with _bar(console) as bar:
            task = bar.add_task("grading", total=None, passed=0, open=0)

            def on_entry(graded: grading.Graded, done: int, total: int) -> None:
                entry = graded.entry
                counts[entry.status] += 1
                counts["passed"] += entry.score == entry.max_score
                counts["kept"] += not graded.is_new
                open_ = counts["could-not-check"] + counts["unreadable"]
                bar.update(task, completed=done, total=total, passed=counts["passed"], open=open_)

            entries = grading.grade(submissions, to, jobs, on_entry)
    except (NoSubmissions, GradebookError) as problem:
        raise Problem(str(problem)) from problem
    except OSError as problem:
        raise Problem(f"{problem.filename or to} cannot be used: {problem.strerror}.") from problem
    except KeyboardInterrupt:
        click.echo("Stopped. What was graded is kept; run the same command again to finish.", err=True)
        os._exit(COULD_NOT)  # what is being judged ends with this process
    _report(entries, counts, to)
    if loose := loose_notebooks(submissions):
        click.echo(f"Left out, because they lie in no student's folder: {', '.join(loose)}.")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[passed]} passed, {task.fields[open]} to look at"),
        console=console,
    )


def _report(entries: list[Entry], counts: Counter[str], to: Path) -> None:
    students = len({entry.student for entry in entries})
    kept = f" ({counts['kept']} kept from an earlier run)" if counts["kept"] else ""
    click.echo(
        f"{students} students, {len(entries)} answers{kept}: {counts['graded']} graded, of which "
        f"{counts['passed']} passed; {counts['missing']} missing, {counts['unreadable']} unreadable, "
        f"{counts['could-not-check']} could not be checked."
    )
    for entry in entries:
        if entry.status in ("unreadable", "could-not-check"):
            click.echo(f"  {entry.student}, {entry.exercise}: {entry.status}. {entry.note}")
    seal = reached()
    click.echo(f"Isolation: {seal.level.label}. {seal.missing}".rstrip())
    click.echo(f"Grades: {to / grading.GRADES}. A page for each student: {to / 'feedback'}.")


@main.command()
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Times that every answer is judged.",
)
@click.option("--seed", type=int, help="Draw the same inputs as an earlier run did.")
def verify(runs: int, seed: int | None) -> None:
    """Prove every check on its corpus: right answers pass, wrong ones are told exactly what is wrong."""
    table = Table("exercise", "right pass", "wrong fail", "named exactly", "starter", "solution", box=None)
    problems: list[str] = []
    console = Console()
    with Progress(console=Console(stderr=True)) as bar:
        for exercise in exercises().values():
            own = corpus.cases(exercise)
            task = bar.add_task(exercise.name, total=len(own))
            outcomes = corpus.run(own, runs, seed, lambda _, task=task: bar.advance(task))  # type: ignore[misc]
            by_kind = {kind: [o for o in outcomes if o.case.kind == kind] for kind in ("right", "wrong")}
            ends = {o.case.kind: "✓" if o.is_exact else "✗" for o in outcomes}
            table.add_row(
                exercise.name,
                _share([o.is_right for o in by_kind["right"]]),
                _share([o.is_right for o in by_kind["wrong"]]),
                _share([o.is_exact for o in by_kind["wrong"]]),
                ends["starter"],
                ends["solution"],
            )
            problems += corpus.gaps(exercise, own)
            problems += [
                f"{exercise.name}: {o.case.kind} {o.case.file.name} should be {o.case.expected}, was {', '.join(o.said)}."
                for o in outcomes
                if not o.is_exact
            ]
    console.print(table)
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1 if problems else 0)


def _share(flags: list[bool]) -> str:
    return f"{sum(flags)} of {len(flags)}"


def run() -> None:
    """Run the command line; whatever goes wrong in it is said in one sentence, and is no verdict."""
    try:
        main(prog_name="python -m exercises")
    except Exception as fault:
        click.echo(f"Error: {type(fault).__name__}: {fault}. This is a fault of the kit.", err=True)
        sys.exit(COULD_NOT)


if __name__ == "__main__":
    run()
