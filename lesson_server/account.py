"""What the server can say about its streams, as plain data: the account that the page shows."""

from collections.abc import Sequence
from typing import Any

from lesson_server.observer import Stream

SHOWN = 12  # streams, the newest


def account(streams: Sequence[Stream], shown: int = SHOWN) -> dict[str, Any]:
    """How things stand with `streams`, ready for JSON.

    Returns:
        total: how many streams there were; open: how many have not ended; at_work: with how many the app is busy.
        streams: the last `shown` of them, oldest first, with the attributes of `Stream` under their own names:
            number, method, path, status, size in bytes, count of events so far, truncated (there were more events
            than were counted), ended (None while open), error (None without one) and at_work.
    """
    return {
        "total": streams[-1].number if streams else 0,
        "open": sum(stream.ended is None for stream in streams),
        "at_work": sum(stream.at_work for stream in streams),
        "streams": [
            {
                "number": stream.number,
                "method": stream.method,
                "path": stream.path,
                "status": stream.status,
                "size": stream.size,
                "count": stream.count,
                "truncated": stream.truncated,
                "ended": stream.ended,
                "error": stream.error,
                "at_work": stream.at_work,
            }
            for stream in streams[-shown:]
        ],
    }
