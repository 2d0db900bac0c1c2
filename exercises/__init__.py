"""The exercises of the lesson and their judge.

In a notebook: `%load_ext exercises`, then cells that begin with `%%exercise NAME`.
On the command line: `python -m exercises --help`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """What `%load_ext exercises` calls."""
    from .grader.magic import load

    load(shell)
