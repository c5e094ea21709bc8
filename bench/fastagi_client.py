"""Asks a FastAGI server as Asterisk does, from a process of its own: what it costs to ask is not the server's."""

import asyncio
import random
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


def ask_at_a_rate(port: int, questions: Sequence[bytes], rate: float) -> tuple[float, float]:
    """Ask so many questions a second, as calls come: whether or not the last one was answered.

    Return p50 and p99 in milliseconds, counted from the moment at which each should have been asked.
    """
    return asyncio.run(_ask_at_a_rate(port, questions, rate))


async def _ask_at_a_rate(port: int, questions: Sequence[bytes], rate: float) -> tuple[float, float]:
    drawn = random.Random(1)  # noqa: S311 - repeatable pauses, not secrets
    took: list[float] = []

    async def asker(question: bytes, due: float) -> None:
        await _ask(port, question)
        took.append((time.perf_counter() - due) * 1000)

    due = time.perf_counter()
    async with asyncio.TaskGroup() as calls:
        for question in questions:
            due += drawn.expovariate(rate)
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            calls.create_task(asker(question, due))
    hundredths = quantiles(took, n=100)
    return hundredths[49], hundredths[98]


async def _ask(port: int, question: bytes) -> None:
    """Do what Asterisk does for one call; raise RuntimeError where it is not let through."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question)
    answer = await reader.readline()
    if b"va_granted" not in answer:
        raise RuntimeError(f"not let through: {answer!r}")
    writer.write(b"200 result=1\n")
    writer.close()
