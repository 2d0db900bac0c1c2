"""An event loop whose time is virtual: waiting costs nothing and is exact.

The clock moves only when nothing is left to do: no callback is ready and no other thread is at work. Then it
jumps to the next timer. `time.sleep` is served from the same clock: in another thread it parks that thread,
on the loop's own thread it stops every task for that long, which is what it does in life. The clocks of the
`time` module show the same time, and every look at one of them takes a microsecond, so that a loop which
waits for the clock comes to an end.
"""

import asyncio
import concurrent.futures.thread
import selectors
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import Context
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread
import psutil

T = TypeVar("T")

LOOK_AGAIN = 0.02  # seconds of real time to wait for another thread before looking again
APART = 1e-9  # virtual seconds between two timers that are set to the same time
LOOK_COSTS = 1e-6  # virtual seconds that a look at a clock takes on the loop's own thread


class VirtualSelector(selectors.DefaultSelector):
    """Polls for what is ready; where the loop would wait, moves its clock instead."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None and not self.loop.jobs and not self.loop.threads:
            return super().select(None)  # nobody is left to bring anything: it stands still, and is seen to
        if timeout is None or self.loop.jobs > 0 or self.loop.threads:
            before = _other_threads()
            ready = super().select(LOOK_AGAIN)
            if ready or timeout is None or before is None or before != _other_threads():
                return ready
        self.loop.let_pass(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on virtual time, in seconds from 0.

    `jobs` counts what worker threads are doing for the loop (less what is parked in `time.sleep`);
    `threads` holds the threads that were started by hand and are not parked. `outer` is the loop that was
    running already when this one began to run in another thread: time passes there.
    """

    current: "VirtualLoop | None" = None

    def __init__(self) -> None:
        self._now = 0.0
        self.jobs = 0
        self.outer: VirtualLoop | None = None
        self._due: dict[float, int] = {}
        self.threads: set[threading.Thread] = set()
        self._pool = ThreadPoolExecutor()
        selector = VirtualSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        # In life no two timers are due in the same instant: what is scheduled first comes first.
        if len(self._due) > 1000:
            self._due = {due: count for due, count in self._due.items() if due >= self._now}
        count = self._due[when] = self._due.get(when, -1) + 1
        return super().call_at(when + count * APART, callback, *args, context=context)

    def let_pass(self, seconds: float) -> None:
        """Let so many virtual seconds pass in which nothing happens on this loop."""
        if self.outer is not None:
            self.outer.park(seconds)
        self._now += seconds

    def run_forever(self) -> None:
        if VirtualLoop.current is not None:
            self.outer = VirtualLoop.current
            return super().run_forever()
        VirtualLoop.current = self
        try:
            super().run_forever()
        finally:
            VirtualLoop.current = None

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        self.add_job(1)
        work = (executor or self._pool).submit(_as_job, func, *args)
        future = asyncio.wrap_future(work, loop=self)
        # After wrap_future's own callback, so that the result is known before the thread counts as idle.
        work.add_done_callback(lambda _: self.call_soon_threadsafe(self.add_job, -1))
        return future

    def add_job(self, count: int) -> None:
        self.jobs += count

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        self._pool.shutdown(wait=False)

    def park(self, seconds: float) -> None:
        """Sleep so many virtual seconds in the calling thread, which is not the loop's own."""
        woken = threading.Event()
        me = threading.current_thread()
        is_job = getattr(_here, "is_job", False)
        is_thread = me in self.threads

        def rest() -> None:
            self.add_job(-is_job)
            self.threads.discard(me)
            self.call_later(seconds, wake)

        def wake() -> None:
            self.add_job(is_job)
            if is_thread:
                self.threads.add(me)
            woken.set()

        self.call_soon_threadsafe(rest)
        woken.wait()


class VirtualPolicy(asyncio.DefaultEventLoopPolicy):
    """Makes every new loop virtual, that of `asyncio.run(main())` at the end of an answer included."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return VirtualLoop()


def install(on_block: Callable[[float], None]) -> None:
    """Put this process on virtual time: new event loops, worker threads, threads and `time.sleep`.

    `on_block(seconds)` is called when `time.sleep` stops an event loop.
    """
    asyncio.set_event_loop_policy(VirtualPolicy())
    _count_anyio_jobs()
    _count_threads()

    def sleep(seconds: float, /) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        loop = asyncio._get_running_loop()
        if isinstance(loop, VirtualLoop):
            loop.let_pass(seconds)
            on_block(seconds)
        elif VirtualLoop.current is not None:
            VirtualLoop.current.park(seconds)

    for name in ("time", "monotonic", "perf_counter"):
        _show_virtual_time(name)
    time.sleep = sleep  # type: ignore[assignment]


_here = threading.local()


def _as_job(func: Callable[..., T], *args: Any) -> T:
    _here.is_job = True
    try:
        return func(*args)
    finally:
        _here.is_job = False


def _count_anyio_jobs() -> None:
    run_sync = anyio.to_thread.run_sync

    async def counted(func: Callable[..., T], *args: Any, **options: Any) -> T:
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualLoop):
            return await run_sync(func, *args, **options)
        loop.add_job(1)
        try:
            return await run_sync(_as_job, func, *args, **options)
        finally:
            loop.add_job(-1)

    anyio.to_thread.run_sync = counted  # type: ignore[assignment]


def _count_threads() -> None:
    start = threading.Thread.start

    def counted(thread: threading.Thread) -> None:
        loop = VirtualLoop.current
        target = getattr(thread, "_target", None)
        is_worker = target is concurrent.futures.thread._worker or type(thread).__module__.startswith("anyio")
        if loop is None or is_worker:
            return start(thread)
        run = thread.run

        def run_and_leave() -> None:
            try:
                run()
            finally:
                loop.threads.discard(thread)

        thread.run = run_and_leave  # type: ignore[method-assign]
        loop.threads.add(thread)
        start(thread)

    threading.Thread.start = counted  # type: ignore[assignment, method-assign]


def _show_virtual_time(name: str) -> None:
    real: Callable[[], float] = getattr(time, name)
    base = real()

    def now() -> float:
        loop = VirtualLoop.current
        if loop is None:
            return real()
        if asyncio._get_running_loop() is loop:
            loop.let_pass(LOOK_COSTS)
        return base + loop.time()

    setattr(time, name, now)
    setattr(time, f"{name}_ns", lambda: int(now() * 1e9))


def _other_threads() -> list[tuple[object, ...]] | None:
    """How long each other thread of this process has run so far, where all of them wait; None while one does not.

    A thread that waits for a queue or a lock does not hold the clock: what it waits for may be a timer away.
    """
    if not Path("/proc/self/task").exists():
        # Without Linux's files: how much CPU time each thread has used tells as much, a little more coarsely.
        return sorted(tuple(thread) for thread in psutil.Process().threads())
    me = str(threading.get_native_id())
    seen: list[tuple[object, ...]] = []
    try:
        for task in Path("/proc/self/task").iterdir():
            if task.name != me:
                if (task / "stat").read_text().rpartition(")")[2].split()[0] != "S":
                    return None
                seen.append((task.name, (task / "schedstat").read_text().split()[0]))
    except OSError:
        return None  # a thread that ends right now
    return sorted(seen)
