"""Cells in JavaScript: what Node prints, and what a student sees of a mistake."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from lesson_server import Server
from lesson_server.node import load_ipython_extension, run


@pytest.fixture
def shell() -> InteractiveShell:
    shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}))
    load_ipython_extension(shell)
    return shell


def test_a_cell_finds_the_address_of_the_server_in_url(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server() as server:
        shell.user_ns["kitchen"] = server
        shell.run_cell_magic(
            "node", "kitchen", "const answer = await fetch(url + '/health');\nconsole.log(answer.status);"
        )
    assert capsys.readouterr().out == "200\n"


@pytest.mark.parametrize("name", ["", "nobody", "stopped", "number"])
def test_without_a_running_server_the_cell_says_what_to_do(
    name: str, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns |= {"stopped": Server(), "number": 1}
    shell.run_cell_magic("node", name, "console.log('ran')")
    printed = capsys.readouterr().out
    assert "Run the cell that starts it" in printed and "ran" not in printed.split()


def test_an_event_source_keeps_the_program_alive_until_it_is_closed() -> None:
    code = """
        const source = new EventSource(url + "/count?pace=0&to=2&fault=torn&after=1");
        let opened = 0;
        source.onopen = () => { if (++opened === 3) source.close(); };
        process.on("exit", () => console.log("opened", opened));
    """
    with Server(log_level="critical") as server:
        assert list(run(code, server.url, 60)) == ["opened 3\n"]


def test_a_program_that_does_not_end_is_ended_and_what_it_printed_is_kept() -> None:
    lines = list(run("console.log('here'); setInterval(() => {}, 1000);", "", 1))
    assert lines == ["here\n", "(stopped after 1 s: the program was still running)\n"]


def test_a_program_that_nobody_reads_to_its_end_is_ended() -> None:
    lines = run("console.log('here'); setInterval(() => {}, 1000);", "", 60)
    assert next(lines) == "here\n"
    lines.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("\nconst x = ;", "line 2\nconst x = ;\n          ^\n\nSyntaxError: Unexpected token ';'\n"),
        (
            "\n\nnothing();",
            "line 3\nnothing();\n^\n\nReferenceError: nothing is not defined\n    at line 3\n",
        ),
    ],
)
def test_an_error_shows_the_line_of_the_cell_and_nothing_of_nodes_insides(code: str, said: str) -> None:
    assert "".join(run(code, "", 60)).strip() == said.strip()
