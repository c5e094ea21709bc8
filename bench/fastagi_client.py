"""Asks a FastAGI server as Asterisk does, from a process of its own: what it costs to ask is not the server's."""

import asyncio
import time
from collections.abc import Sequence
from statistics import quantiles

AT_ONCE = 8


def ask_all(port: int, questions: Sequence[bytes]) -> tuple[float, float, float]:
    """Ask everything, AT_ONCE at a time; return how many a second, and p50 and p99 in milliseconds."""
    return asyncio.run(_ask_all(port, questions))


async def _ask_all(port: int, questions: Sequence[bytes]) -> tuple[float, float, float]:
    took: list[float] = []
    left = iter(questions)

    async def asker() -> None:
        for question in left:
            began = time.perf_counter()
            await _ask(port, question)
            took.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(asker() for _ in range(AT_ONCE)))
    rate = len(questions) / (time.perf_counter() - began)
    hundredths = quantiles(took, n=100)
    return rate, hundredths[49], hundredths[98]


async def _ask(port: int, question: bytes) -> None:
    """Do what Asterisk does for one call; raise RuntimeError where it is not let through."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question)
    answer = await reader.readline()
    if b"va_granted" not in answer:
        raise RuntimeError(f"not let through: {answer!r}")
    writer.write(b"200 result=1\n")
    writer.close()
