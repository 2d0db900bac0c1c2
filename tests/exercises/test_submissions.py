"""What students hand in is read as it comes: whatever the files are called and however deep they lie."""

from pathlib import Path

import pytest

from exercises.grader import submissions
from exercises.grader.submissions import NoSubmissions
from tests.exercises.samples import cell, handed_in


def answers(folder: Path) -> dict[str, str]:
    """The answer that counts for each exercise."""
    return {name: found[-1].text.strip() for name, found in submissions.read(folder).answers.items()}


@pytest.mark.parametrize(
    "place",
    [
        "01_first_yield.ipynb",
        "my homework (1).ipynb",
        "deep/er/work.ipynb",
        "-Copy1.ipynb",
        "Łódź/答え.ipynb",
    ],
)
def test_an_answer_is_known_by_its_line_and_not_by_its_file(tmp_path: Path, place: str) -> None:
    path = tmp_path / "ada" / place
    handed_in(path.parent, path.name, cell("x"))
    assert answers(tmp_path / "ada") == {"first_yield": "x"}
    assert submissions.read(tmp_path / "ada").student == "ada"


@pytest.mark.parametrize(("a", "b", "counts"), [(100, 200, "b"), (200, 100, "a")])
def test_of_two_files_the_one_changed_last_counts(tmp_path: Path, a: float, b: float, counts: str) -> None:
    handed_in(tmp_path, "a.ipynb", cell("a"), changed=a)
    handed_in(tmp_path / "z", "b.ipynb", cell("b"), changed=b)
    assert answers(tmp_path) == {"first_yield": counts}


def test_what_jupyter_keeps_for_itself_is_not_handed_in(tmp_path: Path) -> None:
    handed_in(tmp_path, "a.ipynb", cell("mine"), changed=100)
    handed_in(tmp_path / ".ipynb_checkpoints", "a-checkpoint.ipynb", cell("older"), changed=200)
    handed_in(tmp_path / "sub" / ".ipynb_checkpoints", "b-checkpoint.ipynb", cell("oldest"), changed=300)
    assert answers(tmp_path) == {"first_yield": "mine"}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    other = handed_in(tmp_path / "ada", "a.ipynb", cell("hers"))
    bo = tmp_path / "bo"
    bo.mkdir()
    (bo / "a.ipynb").symlink_to(other)
    (bo / "folder").symlink_to(other.parent)
    (bo / "nowhere.ipynb").symlink_to(tmp_path / "nothing")
    (bo / "around").symlink_to(bo)
    assert answers(bo) == {}


def test_files_that_cannot_be_read_are_named_and_the_others_count(tmp_path: Path) -> None:
    handed_in(tmp_path, "a.ipynb", cell("x"))
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "picture.png").write_text("%%exercise first_yield\n")
    submission = submissions.read(tmp_path)
    assert submission.answers.keys() == {"first_yield"}
    assert submission.unreadable.keys() == {tmp_path / "broken.ipynb"}
    assert submission.unreadable[tmp_path / "broken.ipynb"].startswith("broken.ipynb is not a notebook")


@pytest.mark.parametrize("name", ["hw.zip", "01_first_yield.py", "answer.TXT"])
def test_another_way_of_handing_in_is_said_and_not_taken_for_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    [reason] = submissions.read(tmp_path).unreadable.values()
    assert reason == f"{name} is no notebook, and only notebooks are graded."


def test_a_notebook_is_known_whatever_the_case_of_its_ending(tmp_path: Path) -> None:
    handed_in(tmp_path, "A.IPYNB", cell("x"))
    assert answers(tmp_path) == {"first_yield": "x"}


def test_the_solutions_of_the_kit_are_no_answers(tmp_path: Path) -> None:
    handed_in(tmp_path / "kit" / "exercises", "01_first_yield.ipynb", cell("mine"), changed=100)
    handed_in(tmp_path / "kit" / "solutions", "01_first_yield.ipynb", cell("theirs"), changed=200)
    assert answers(tmp_path) == {"first_yield": "mine"}


def test_notebooks_beside_the_students_folders_are_named(tmp_path: Path) -> None:
    handed_in(tmp_path, "stray.ipynb", cell("x"))
    handed_in(tmp_path / "ada", "01_first_yield.ipynb", cell("x"))
    assert submissions.loose_notebooks(tmp_path) == ["stray.ipynb"]


def test_two_files_of_one_name_that_cannot_be_read_are_both_kept_from_being_a_zero(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ipynb").write_text("{")
    assert submissions.read(tmp_path).unreadable


def test_students_are_the_folders_in_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("bo", "ada", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "roster.csv").write_text("")
    assert [path.name for path in submissions.students(tmp_path)] == ["ada", "bo"]


@pytest.mark.parametrize("make", ["nothing", "a file", "an empty folder", "files only"])
def test_a_place_without_students_is_refused_in_one_sentence(tmp_path: Path, make: str) -> None:
    folder = tmp_path / "class"
    match make:
        case "a file":
            folder.write_text("")
        case "an empty folder":
            folder.mkdir()
        case "files only":
            handed_in(folder, "01_first_yield.ipynb", cell("x"))
    with pytest.raises(NoSubmissions) as problem:
        submissions.students(folder)
    assert str(folder) in str(problem.value) and "\n" not in str(problem.value)
