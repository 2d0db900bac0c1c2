"""What is installed is decided here: every version is pinned, and every pin is one that pyproject.toml allows."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line.split(" #")[0]) for line in LINES[:-1] if line.strip() and not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned(requirement: Requirement) -> str | None:
    """Return the version, if the requirement leaves no choice: `name==1.2.3`, and no wildcard."""
    [*specifiers] = requirement.specifier
    if len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version:
        return specifiers[0].version
    return None


@pytest.mark.parametrize("line", PROJECT["dependencies"])
def test_a_direct_dependency_is_pinned_at_a_version_that_it_allows(line: str) -> None:
    wanted = Requirement(line)
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
    assert pins, f"requirements.txt does not name {wanted.name}"
    for pin in pins:
        assert wanted.specifier.contains(pinned(pin) or ""), f"{pin} is not within {wanted}"


@pytest.mark.parametrize("pin", PINS, ids=str)
def test_a_line_of_the_requirements_is_a_pin(pin: Requirement) -> None:
    assert pinned(pin)


def test_the_last_line_of_the_requirements_is_the_kit_itself() -> None:
    assert LINES[-1] == "-e ."


@pytest.mark.parametrize("line", PROJECT["optional-dependencies"]["test"])
def test_what_only_the_tests_need_is_pinned(line: str) -> None:
    assert pinned(Requirement(line))
