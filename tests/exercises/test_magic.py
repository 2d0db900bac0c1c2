"""`%%exercise` in a real kernel: the cell runs there, its text is judged apart, and the card stands under it."""

from collections.abc import Iterator

import pytest
from nbformat.v4 import new_code_cell

from tests.exercises.samples import NO_PAUSE, RIGHT, cell
from tests.kernels import Kernel, Ran, running_kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("student")) as kernel:
        [loaded] = kernel.run_all([new_code_cell("%load_ext exercises")])
        assert loaded.status == "ok" and loaded.outputs == []
        yield kernel


def run(kernel: Kernel, *sources: str) -> list[Ran]:
    """Queue the cells at once; each of them is answered, and without an error."""
    ran = kernel.run_all(list(map(new_code_cell, sources)))
    assert [one.status for one in ran] == ["ok"] * len(sources), ran
    return ran


def card(ran: Ran) -> dict[str, str]:
    """The card under a cell, by kind: the only display there is."""
    [shown] = [output.data for output in ran.outputs if output.output_type == "display_data"]
    return dict(shown)


def results(ran: Ran) -> list[str]:
    return [output.data["text/plain"] for output in ran.outputs if output.output_type == "execute_result"]


def test_the_card_is_shown_as_html_and_as_text(kernel: Kernel) -> None:
    right, wrong = run(kernel, cell(RIGHT), cell(NO_PAUSE))
    assert card(right)["text/plain"].startswith("✓ The first yield: passed")
    assert "<strong>✓ The first yield: passed" in card(right)["text/html"]
    assert card(wrong)["text/plain"].startswith("✗ The first yield: not yet")
    assert "Saw" in card(wrong)["text/plain"] and "<strong>Saw</strong>" in card(wrong)["text/html"]


def test_what_the_cell_defines_is_there_in_the_next_one(kernel: Kernel) -> None:
    _, after = run(kernel, cell(RIGHT + "app.title = 'mine'\n"), "app.title, countdown.__name__")
    assert results(after) == ["('mine', 'countdown')"]


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("await main()", id="top-level await"),
        pytest.param("asyncio.run(main())", id="asyncio.run"),
    ],
)
def test_a_cell_may_end_by_running_what_it_defines(kernel: Kernel, ending: str) -> None:
    main = "async def main():\n    return [event async for event in countdown(1)]\n"
    ran, after, last = run(kernel, cell(RIGHT + main + ending), "40 + 2", "await asyncio.sleep(0, 'awaited')")
    assert results(ran) == ["[{'event': 'tick', 'data': '1'}]"]
    assert card(ran)["text/plain"].startswith("✓")
    assert (results(after), results(last)) == (["42"], ["'awaited'"])


@pytest.mark.parametrize(
    ("text", "error", "named"),
    [
        pytest.param("def f(:\n    pass", "SyntaxError", "(line 2)", id="a syntax error"),
        pytest.param("x = 1\n1 / 0", "ZeroDivisionError", "(line 3)", id="an error at the top"),
        pytest.param("raise SystemExit", "SystemExit", "(line 2)", id="the end of the program"),
    ],
)
def test_a_cell_that_fails_shows_its_error_and_the_card_and_the_queue_goes_on(
    kernel: Kernel, text: str, error: str, named: str
) -> None:
    failing, after, last = run(kernel, cell(text), "'still here'", "'and here'")
    assert error in str([output for output in failing.outputs if output.output_type != "display_data"])
    assert card(failing)["text/plain"].startswith("✗") and named in card(failing)["text/plain"]
    assert (results(after), results(last)) == (["'still here'"], ["'and here'"])


def test_an_import_in_an_earlier_cell_does_not_help_what_is_judged(kernel: Kernel) -> None:
    text = RIGHT.replace("str(number)", "json.dumps(number)")
    _, ran, after = run(kernel, "import json", cell(text), "json.dumps(None)")
    assert "`json` was used" in card(ran)["text/plain"]
    assert results(after) == ["'null'"]


def test_an_unknown_exercise_is_answered_in_one_sentence_and_the_cell_is_not_run(kernel: Kernel) -> None:
    ran, after = run(kernel, cell("never_made = 1", "second_yield"), "'never_made' in globals()")
    [said] = ran.outputs
    assert said.output_type == "stream" and said.text.count("\n") == 1
    assert "'second_yield'" in said.text and "first_yield" in said.text
    assert results(after) == ["False"]


def test_an_exercise_answers_to_each_of_its_names(kernel: Kernel) -> None:
    ran = run(kernel, *(cell("x = 1", name) for name in ("1", "first-yield", "01_first_yield")))
    assert [card(one)["text/plain"].split(":")[0] for one in ran] == ["✗ The first yield"] * 3


def test_the_same_cell_shows_the_same_card(kernel: Kernel) -> None:
    first, second = run(kernel, cell(NO_PAUSE), cell(NO_PAUSE))
    assert card(first) == card(second)


def test_what_a_student_asks_for_again_is_there_after_a_restart_of_the_extension(kernel: Kernel) -> None:
    *_, ran = run(kernel, "%reload_ext exercises", "%load_ext exercises", cell("x = 1"))
    assert card(ran)["text/plain"].startswith("✗")


def test_judging_leaves_nothing_running_in_the_kernel(kernel: Kernel) -> None:
    run(kernel, cell(RIGHT))
    before = kernel.belongings()
    run(kernel, cell(RIGHT))
    assert not kernel.left_over(before)
