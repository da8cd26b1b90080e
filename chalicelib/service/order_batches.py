"""Import orders in batches: each in a transaction of its own, several at the same time (O1)."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING

from chalicelib.service.execute import Request, execute, keep_answer
from chalicelib.service.orders import OK, ImportOrder
from chalicelib.store.idempotency import Answer, Once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.domain.order import OrderTerms
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services

AT_ONCE = 10
"""The orders that are imported at the same time: importing is mostly waiting for the table."""
BEGUN = Answer(OK, "")
"""The answer that is kept of a batch itself: its key stands for this body. Each order keeps what it was answered."""


def import_orders(
    services: Services, actor: Actor, once: Once, orders: Sequence[OrderTerms], may_go_on: Callable[[], bool]
) -> list[Answer | Exception | None]:
    """Import different orders, and return in their order the answer to each, or what was raised; None for one not begun.

    An order is imported by the same command as one that comes alone, and its first answer is kept with it (I5): the same
    batch again gets that answer for what was imported, and imports the rest. None is begun once ``may_go_on`` says no.
    Raises ``KeyReused`` where the batch's key came with another body, and ``Busy``.
    """
    keep_answer(services, once, BEGUN)

    def imported(terms: OrderTerms) -> Answer | Exception | None:
        if not may_go_on():
            return None
        request = Request(actor, Once(_digest(once, terms.order_id), once.fingerprint))
        try:
            return execute(services, terms.order_id, request, ImportOrder(terms), creates=True)
        except Exception as error:  # noqa: BLE001 - an order that fails holds up no other; the caller is told of each
            return error

    with ThreadPoolExecutor(min(AT_ONCE, len(orders))) as pool:
        # Each thread has this call's context, which log lines name.
        tasks = [pool.submit(copy_context().run, imported, it) for it in orders]
        return [task.result() for task in tasks]


def _digest(once: Once, order_id: str) -> str:
    return hashlib.sha256(f"{once.digest} {order_id}".encode()).hexdigest()
