"""Judges an answer: runs it apart on inputs drawn for this run, and says what a client's view of it shows."""

import time
from random import Random, SystemRandom

from lesson_server.timeline import Arrivals

from .apart import NotChecked, run_apart
from .catalogue import Exercise, Given, Shown, mistakes, presentable
from .observation import Job, Observation
from .source import Source
from .verdict import Finding, Status, Verdict

TRIES = 2  # a fault of the machine may pass
NOTHING_KNOWN = Shown(
    None, values={"saw": "What is marked above does not hold.", "expected": "It should, for every client."}
)
MOST_TEXT = 200_000  # characters; a longer answer is not one that a person wrote


def judge(exercise: Exercise, text: str, random: Random | None = None) -> Verdict:
    """Judge the text of one answer.

    Always returns a verdict: a fault of the kit or the machine is could-not-check, tried twice before it is said.
    """
    began = time.perf_counter()
    if len(text) > MOST_TEXT:
        why = f"The answer is {len(text):,} characters long; the most that is checked is {MOST_TEXT:,}."
        return _could_not_check(exercise, why, began)
    # Half a character, as a damaged file may hold it, can be in no module.
    text = text.encode("utf-8", "replace").decode()
    random = random or SystemRandom()
    problem = ""
    for _ in range(TRIES):
        try:
            return _judged(exercise, text, random, began)
        except NotChecked as stopped:
            problem = str(stopped)
        except Exception as fault:  # in the check, the catalogue or the judge: ours, whatever it is
            problem = f"{type(fault).__name__} in the kit: {fault}"
    why = f"This is not about your answer: {problem}. Run the check again; if it stays so, tell your instructor."
    return _could_not_check(exercise, why, began)


def _judged(exercise: Exercise, text: str, random: Random, began: float) -> Verdict:
    check = exercise.check
    given = check.draw(random)
    seen = run_apart(Job(text=text, rounds=given.rounds))
    claims = check.claims(given, seen)
    passed = all(claim.holds for claim in claims)
    return Verdict(
        exercise=exercise.name,
        title=exercise.title,
        status=Status.PASSED if passed else Status.FAILED,
        score=exercise.points if passed else 0,
        max_score=exercise.points,
        claims=tuple(claims),
        findings=() if passed else (_finding(exercise, given, seen, Source(text)),),
        why=exercise.why if passed else "",
        timeline=() if passed else _timeline(given, seen),
        seconds=time.perf_counter() - began,
    )


def _finding(exercise: Exercise, given: Given, seen: Observation, source: Source) -> Finding:
    shown = next(exercise.check.findings(given, seen, source), NOTHING_KNOWN)
    return mistakes()[shown.mistake or "unnamed"].finding(shown)


def _timeline(given: Given, seen: Observation) -> tuple[Arrivals, ...]:
    """What each client saw and when, one row for each request."""
    requests = [request for together in given.rounds for request in together]
    return tuple(
        Arrivals.at(
            f"{request.method} {request.path}{'?' if request.query else ''}{request.query}",
            [(at, f"{event.type}: {presentable(event.data)}") for at, event in response.events[:50]],
        )
        for request, response in zip(requests, seen.responses, strict=False)
    )


def _could_not_check(exercise: Exercise, why: str, began: float) -> Verdict:
    return Verdict(
        exercise=exercise.name,
        title=exercise.title,
        status=Status.COULD_NOT_CHECK,
        score=None,
        max_score=exercise.points,
        why=why,
        seconds=time.perf_counter() - began,
    )
