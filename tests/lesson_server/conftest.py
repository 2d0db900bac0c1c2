import gc
import threading
import time
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something becomes true. The limit is far beyond what a loaded machine needs."""

    def wait(condition: Callable[[], bool], limit: float = 30.0) -> None:
        deadline = time.monotonic() + limit
        while not condition():
            assert time.monotonic() < deadline, "it never became true"
            time.sleep(0.005)

    return wait


@pytest.fixture(autouse=True)
def no_server_outlives_its_test(eventually: Callable[[Callable[[], bool]], None]) -> Iterator[None]:
    def alive() -> bool:
        return any(thread.name == "lesson-server" for thread in threading.enumerate())

    yield
    if alive():
        gc.collect()
    eventually(lambda: not alive())
