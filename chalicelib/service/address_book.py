"""Read the seller's return addresses, and only for the few commands that grant a return (D3)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.domain.people import AddressBook, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.people import ReturnAddress
    from chalicelib.service.services import Services


class AddressBookOnDemand(AddressBook):
    """An address book that is read from the table at the first question, and only once: strongly for what decides.

    What is only foreseen is read with half the cost, unless the book was read already.
    """

    __slots__ = ("_foreseen", "_read")

    def __init__(self, read: Callable[[], AddressBook], shown: Callable[[], AddressBook] | None = None) -> None:
        """Read the book through ``read``, and what is foreseen through ``shown``."""
        decides = cache(read)
        foresees = cache(lambda: decides() if shown is None or decides.cache_info().currsize else shown())
        object.__setattr__(self, "_read", decides)  # the base is frozen
        object.__setattr__(self, "_foreseen", AddressBookOnDemand(foresees) if shown else self)

    def on_file(self, at: datetime, country: str | None = None, *, for_clock: bool = False) -> ReturnAddress | None:
        """Read the book at the first call, and return what its ``on_file`` returns."""
        book: AddressBook = self._read()  # type: ignore[attr-defined] # set in __init__, past the frozen base
        return book.on_file(at, country, for_clock=for_clock)

    def foreseen(self) -> AddressBook:
        """Return the book that may be a moment behind."""
        book: AddressBook = self._foreseen  # type: ignore[attr-defined] # as above
        return book


def seller_addresses(services: Services, case: Case | None) -> AddressBook:
    """Return the address book of the case's seller, not read yet; an empty one where there is no case."""
    if case is None:
        return AddressBook()
    seller, people = case.order.terms.seller_id, services.people
    return AddressBookOnDemand(
        lambda: people.profile(Role.SELLER.value, seller).addresses, lambda: people.addresses_shown(seller)
    )
