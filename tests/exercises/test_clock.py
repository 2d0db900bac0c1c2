"""Virtual time: waiting costs nothing and is exact, work holds the clock."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from exercises.grader.clock import VirtualLoop
from tests.exercises.samples import seen, told

HOUR = 3600


def run(main: Callable[[], Awaitable[object]]) -> object:
    async def awaited() -> object:
        return await main()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(awaited())


def now() -> float:
    return asyncio.get_running_loop().time()


def work() -> int:
    return sum(number * number for number in range(2_000_000))


def test_a_sleep_takes_exactly_as_long_as_it_says_in_virtual_time() -> None:
    async def main() -> list[float]:
        times = [now()]
        for seconds in (HOUR, 0.25, 0):
            await asyncio.sleep(seconds)
            times.append(now())
        return times

    assert run(main) == [0, HOUR, HOUR + 0.25, HOUR + 0.25]


def test_a_thousand_hours_of_sleep_in_a_thousand_tasks_end_in_the_order_they_are_due() -> None:
    ended: list[int] = []

    async def sleeper(hours: int) -> None:
        await asyncio.sleep(hours * HOUR)
        ended.append(hours)

    async def main() -> float:
        hours = [(number * 7) % 1000 for number in range(1000)]
        await asyncio.gather(*map(sleeper, hours))
        return now()

    assert run(main) == 999 * HOUR
    assert ended == list(range(1000))


@pytest.mark.parametrize("pauses", [[1] * 10, [1, 2] * 5, [2, 1, 1, 3] * 5], ids=str)
def test_tasks_that_are_due_together_go_on_in_the_order_they_began_to_wait(pauses: list[int]) -> None:
    ended: list[int] = []

    async def sleeper(number: int) -> None:
        await asyncio.sleep(pauses[number])
        ended.append(number)

    async def main() -> None:
        await asyncio.gather(*map(sleeper, range(len(pauses))))

    run(main)
    assert ended == sorted(range(len(pauses)), key=pauses.__getitem__)


@pytest.mark.parametrize(("patience", "ends"), [(HOUR, (True, HOUR)), (3 * HOUR, (False, 2 * HOUR))])
def test_a_timeout_comes_exactly_when_it_is_due_and_not_before(patience: int, ends: tuple[bool, int]) -> None:
    async def main() -> tuple[bool, float]:
        try:
            await asyncio.wait_for(asyncio.sleep(2 * HOUR), patience)
        except TimeoutError:
            return True, now()
        return False, now()

    assert run(main) == ends


def test_what_never_comes_is_given_up_when_the_timeout_says() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(HOUR):
                await asyncio.Event().wait()
        return now()

    assert run(main) == HOUR


def test_work_in_a_thread_holds_the_clock_until_it_is_done() -> None:
    async def main() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(0.001):
            result = await loop.run_in_executor(None, work)
        return result, now()

    assert run(main) == (work(), 0)


def test_an_exception_in_a_thread_reaches_who_awaits_it_and_lets_the_clock_go_on() -> None:
    async def main() -> float:
        with pytest.raises(ZeroDivisionError):
            await asyncio.get_running_loop().run_in_executor(None, lambda: 1 / 0)
        await asyncio.sleep(HOUR)
        return now()

    assert run(main) == HOUR


IN_A_RUN = """
import asyncio, threading, time
async def main():
    loop = asyncio.get_running_loop()
    began = loop.time()
    {body}
    return loop.time() - began
raise ValueError(round(asyncio.run(main()), 3))
"""


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param("time.sleep(3600)", "3600.0", id="time.sleep on the loop's own thread"),
        pytest.param("await asyncio.to_thread(time.sleep, 3600)", "3600.0", id="time.sleep in a worker"),
        pytest.param(
            "await asyncio.gather(*(asyncio.to_thread(time.sleep, n) for n in (10, 3600, 20)))",
            "3600.0",
            id="three workers asleep at once",
        ),
        pytest.param(
            "await asyncio.gather(asyncio.sleep(5), asyncio.to_thread(time.sleep, 3600))",
            "3600.0",
            id="a task and a worker asleep",
        ),
        pytest.param(
            "woken = asyncio.Event(); threading.Thread(target=lambda: "
            "(time.sleep(3600), loop.call_soon_threadsafe(woken.set))).start(); await woken.wait()",
            "3600.0",
            id="time.sleep in a thread started by hand",
        ),
        pytest.param(
            "tasks = [asyncio.create_task(asyncio.sleep(1)) for _ in 'ab']; await asyncio.sleep(0); "
            "time.sleep(10); await asyncio.gather(*tasks)",
            "10.0",
            id="a blocked loop lets overdue timers ring at once",
        ),
    ],
)
def test_a_process_on_virtual_time_serves_every_sleep_from_one_clock(body: str, seconds: str) -> None:
    assert told(IN_A_RUN.format(body=body)) == seconds


def test_the_clocks_of_the_time_module_move_with_the_loop() -> None:
    body = (
        "clocks = [time.time, time.monotonic, time.perf_counter]; before = [c() for c in clocks]; "
        "await asyncio.sleep(3600); return [round(c() - b) for c, b in zip(clocks, before)]"
    )
    text = IN_A_RUN.format(body=body).replace("round(asyncio.run(main()), 3)", "asyncio.run(main())")
    assert told(text) == "[3600, 3600, 3600]"


def test_a_loop_that_looks_at_the_clock_until_a_time_has_come_ends() -> None:
    body = "end = time.monotonic() + 0.05\n    while time.monotonic() < end: pass"
    assert told(IN_A_RUN.format(body=body)) == "0.05"


def test_time_sleep_outside_of_any_loop_costs_nothing() -> None:
    assert told("import time\ntime.sleep(10**6)\nraise ValueError('awake')") == "awake"


def test_a_sleep_of_less_than_nothing_is_refused_as_in_life() -> None:
    assert told("import time\ntime.sleep(-1)") == "sleep length must be non-negative"


def test_a_time_sleep_that_stops_the_loop_is_noted_with_its_line_and_one_that_does_not_is_not() -> None:
    blocked = seen("import asyncio, time\nasync def f():\n    time.sleep(2.5)\nasyncio.run(f())").blocked
    assert [(one.call, one.line, one.seconds) for one in blocked] == [("time.sleep", 3, 2.5)]
    assert seen("import asyncio, time\nasyncio.run(asyncio.to_thread(time.sleep, 2.5))").blocked == ()
