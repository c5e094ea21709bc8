"""Asks a FastAGI server as Asterisk does, from a process of its own: what it costs to ask is not the server's."""

import asyncio
import random
import time
from collections.abc import Sequence
from statistics import quantiles
from typing import NamedTuple

AT_ONCE = 8
STEADY_RATE = 1_000


class Answers(NamedTuple):
    """How many a second were answered, and how long the middle one and all but the slowest hundredth took."""

    a_second: float
    p50_ms: float
    p99_ms: float


def ask_all(port: int, questions: Sequence[bytes]) -> Answers:
    """Ask everything, AT_ONCE at a time."""
    return asyncio.run(_ask_all(port, questions))


def ask_steadily(port: int, questions: Sequence[bytes]) -> Answers:
    """Ask STEADY_RATE a second, as calls come: by chance, and whether or not the last one was answered.

    Times count from the moment at which each should have been asked.
    """
    return asyncio.run(_ask_steadily(port, questions))


async def _ask_all(port: int, questions: Sequence[bytes]) -> Answers:
    took: list[float] = []
    left = iter(questions)

    async def asker() -> None:
        for question in left:
            began = time.perf_counter()
            await _ask(port, question)
            took.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(asker() for _ in range(AT_ONCE)))
    return _answers(took, time.perf_counter() - began)


async def _ask_steadily(port: int, questions: Sequence[bytes]) -> Answers:
    drawn = random.Random(1)  # noqa: S311 - repeatable pauses, not secrets
    took: list[float] = []

    async def asker(question: bytes, due: float) -> None:
        await _ask(port, question)
        took.append((time.perf_counter() - due) * 1000)

    began = due = time.perf_counter()
    async with asyncio.TaskGroup() as calls:
        for question in questions:
            due += drawn.expovariate(STEADY_RATE)
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            calls.create_task(asker(question, due))
    return _answers(took, time.perf_counter() - began)


def _answers(took: Sequence[float], seconds: float) -> Answers:
    hundredths = quantiles(took, n=100)
    return Answers(len(took) / seconds, hundredths[49], hundredths[98])


async def _ask(port: int, question: bytes) -> None:
    """Do what Asterisk does for one call; raise RuntimeError where it is not let through."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question)
    answer = await reader.readline()
    if b"va_granted" not in answer:
        raise RuntimeError(f"not let through: {answer!r}")
    writer.write(b"200 result=1\n")
    writer.close()
