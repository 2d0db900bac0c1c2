"""What an answer may use before it is stopped. Nothing here is a measure of how fast a machine is."""

import contextlib
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows: the parent's watch over CPU seconds and memory is all there is
    resource = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Limits:
    """CPU seconds, bytes of memory, bytes of report and of any one file, open files, processes and threads, and the
    seconds of standing still that mean stuck.

    `wall_seconds` is a backstop far away: what it stops is could-not-check, never a verdict.
    """

    cpu_seconds: int = 5
    memory_bytes: int = 1024**3
    report_bytes: int = 8 * 1024**2
    open_files: int = 256
    processes: int = 128
    still_seconds: float = 3.0
    wall_seconds: float = 120.0


LIMITS = Limits()


def limit_this_process(limits: Limits = LIMITS, alone: bool = False) -> None:
    """Bind the calling process. The kernel sends SIGXCPU at the CPU limit, and kills what goes far beyond it.

    `alone` tells that its user has no other processes: only then can their number be bound, for all are counted.
    """
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    bounds = {
        resource.RLIMIT_CPU: (cpu, cpu + 30),
        resource.RLIMIT_AS: (limits.memory_bytes, limits.memory_bytes),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (limits.report_bytes, limits.report_bytes),
        resource.RLIMIT_NOFILE: (limits.open_files, limits.open_files),
    }
    if alone:
        bounds[resource.RLIMIT_NPROC] = (limits.processes, limits.processes)
    for kind, bound in bounds.items():
        # Not every system knows every limit (macOS refuses RLIMIT_AS); the parent watches as well.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, bound)
