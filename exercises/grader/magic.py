"""The cell magic: `%%exercise NAME` runs the cell in the kernel and shows what the judge says of its text."""

from random import Random
from typing import Any

import nest_asyncio2  # type: ignore[import-untyped]
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from . import progress
from .answers import answer_in_cell
from .card import Card
from .catalogue import UnknownExercise, find
from .judge import judge


def load(shell: InteractiveShell) -> None:
    """Make `%%exercise` known, and let a cell that ends in `asyncio.run(main())` run as it would in a script."""
    nest_asyncio2.apply()

    def exercise(line: str, cell: str) -> None:
        """Run the cell here, then judge its text apart and show the card."""
        hit = answer_in_cell(f"%%exercise {line}\n{cell}")
        try:
            wanted = find(hit[0] if hit else line)
        except UnknownExercise as problem:
            print(problem)
            return
        # The line above stands for the magic's own, so that an error's line is the one the student sees.
        shell.run_cell("#\n" + cell)  # type: ignore[no-untyped-call]
        text = "\n" + cell
        try:
            # Inputs drawn from the text: a cell that is run again unchanged shows the same card.
            verdict = judge(wanted, text, Random(text))
        except KeyboardInterrupt:
            print("Stopped before the answer was judged. Run the cell again to judge it.")
            return
        progress.remember(verdict)
        display(Card(verdict))  # type: ignore[no-untyped-call]

    register: Any = shell.register_magic_function
    register(exercise, magic_kind="cell", magic_name="exercise")
