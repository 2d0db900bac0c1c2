"""How the work behind a stream goes: at which pace, and what goes wrong with it when a request asks for that."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

Fault = Literal["torn", "silence", "upstream"]


class UpstreamFailed(Exception):
    """The service behind this one said that it failed. An endpoint can tell its client so."""


@dataclass(frozen=True)
class Work:
    """What a request asks for.

    Attributes:
        pace: seconds of work for each piece.
        fault: what goes wrong, or None. "torn": an error that nobody handles, so that the connection breaks.
            "silence": nothing more comes and nothing ends, until the client leaves. "upstream": the service
            behind this one fails.
        after: how many pieces are made before that.
    """

    pace: float = 0.0
    fault: Fault | None = None
    after: int = 3

    async def on(self, piece: int) -> None:
        """Work on piece number `piece`, counted from 0.

        Raises:
            RuntimeError: for "torn", when it is the turn of that fault.
            UpstreamFailed: for "upstream", likewise.
        """
        if self.fault is not None and piece == self.after:
            await strike(self.fault)
        await asyncio.sleep(self.pace)


async def strike(fault: Fault) -> None:
    """Let `fault` happen here and now; raises what `Work.on` says."""
    match fault:
        case "torn":
            raise RuntimeError("the power went out")
        case "silence":
            await asyncio.Event().wait()
        case "upstream":
            raise UpstreamFailed("the model is overloaded")


def asked_work(
    pace: Annotated[float, Query(ge=0, le=5, description="seconds of work for each piece")] = 0.1,
    fault: Annotated[Fault | None, Query(description="what goes wrong")] = None,
    after: Annotated[int, Query(ge=0, description="how many pieces come before that")] = 3,
) -> Work:
    """A dependency, as in lesson 5: what is out of range is refused here, before anything streams."""
    return Work(pace, fault, after)


AskedWork = Annotated[Work, Depends(asked_work)]
