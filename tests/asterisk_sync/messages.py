"""Messages in the broker of the test run, and the moment at which a worker takes one."""

from typing import Any

from celery import current_app

GENERAL = "celery"


def purge() -> None:
    """Throw away whatever earlier tests left."""
    with current_app.connection_for_write() as broker:
        for queue in (GENERAL, "node.a", "node.b", "node.c"):
            broker.default_channel.queue_declare(queue=queue, durable=True, auto_delete=False)
            broker.default_channel.queue_purge(queue)


def messages(queue: str) -> list[Any]:
    """Take what waits in a queue."""
    found = []
    with current_app.connection_for_read() as broker:
        while (message := broker.default_channel.basic_get(queue, no_ack=True)) is not None:
            found.append(message)
    return found


def told(queue: str) -> list[tuple[str, str]]:
    """Take what waits in a queue, as task and node."""
    return [(message.headers["task"], message.decode()[0][0]) for message in messages(queue)]


def arrive(task: Any, queue: str, *args: str, **keywords: Any) -> None:
    """Run a task as a worker does that found its message in `queue`."""
    task.push_request(delivery_info={"routing_key": queue}, hostname="worker@here")
    try:
        task.run(*args, **keywords)
    finally:
        task.pop_request()
