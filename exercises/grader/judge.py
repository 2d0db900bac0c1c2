"""Judges an answer: runs it apart on inputs drawn for this run, and says what a client's view of it shows."""

import time
from random import Random, SystemRandom

from lesson_server.timeline import Arrivals

from .apart import NotChecked, run_apart
from .catalogue import Exercise, Given, Shown, mistakes
from .observation import Job, Observation
from .source import Source
from .verdict import Finding, Status, Verdict

MOST_TEXT = 200_000  # characters; a longer answer is not one that a person wrote


def judge(exercise: Exercise, text: str, random: Random | None = None) -> Verdict:
    """Judge the text of one answer.

    Always returns a verdict: a fault of the kit or the machine is could-not-check, tried twice before it is said.
    """
    began = time.perf_counter()
    random = random or SystemRandom()
    check = exercise.check
    for last_try in (False, True):
        given = check.draw(random)
        try:
            seen = _run(text, given)
            break
        except NotChecked as problem:
            if last_try:
                return _could_not_check(exercise, str(problem), time.perf_counter() - began)
    claims = check.claims(given, seen)
    passed = all(claim.holds for claim in claims)
    findings = () if passed else (_finding(exercise, given, seen, Source(text)),)
    return Verdict(
        exercise=exercise.name,
        title=exercise.title,
        status=Status.PASSED if passed else Status.FAILED,
        score=exercise.points if passed else 0,
        max_score=exercise.points,
        claims=tuple(claims),
        findings=findings,
        why=exercise.why if passed else "",
        timeline=() if passed else _timeline(given, seen),
        seconds=time.perf_counter() - began,
    )


def _run(text: str, given: Given) -> Observation:
    if len(text) > MOST_TEXT:
        raise NotChecked(
            f"the answer is {len(text):,} characters long; the most that is checked is {MOST_TEXT:,}"
        )
    return run_apart(Job(text=text, rounds=given.rounds))


def _finding(exercise: Exercise, given: Given, seen: Observation, source: Source) -> Finding:
    shown = next(exercise.check.findings(given, seen, source), Shown(None))
    return mistakes()[shown.mistake or "unnamed"].finding(shown)


def _timeline(given: Given, seen: Observation) -> tuple[Arrivals, ...]:
    """What each client saw and when, one row for each request."""
    requests = [request for together in given.rounds for request in together]
    return tuple(
        Arrivals.at(
            f"{request.method} {request.path}{'?' if request.query else ''}{request.query}",
            [(at, f"{event.type}: {event.data}") for at, event in response.events[:50]],
        )
        for request, response in zip(requests, seen.responses, strict=False)
    )


def _could_not_check(exercise: Exercise, problem: str, seconds: float) -> Verdict:
    return Verdict(
        exercise=exercise.name,
        title=exercise.title,
        status=Status.COULD_NOT_CHECK,
        score=None,
        max_score=exercise.points,
        why=f"This is not about your answer: {problem}. Run the check again; if it stays so, tell your instructor.",
        seconds=seconds,
    )
