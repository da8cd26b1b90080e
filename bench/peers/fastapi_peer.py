"""The dispute on FastAPI, SQLAlchemy and PostgreSQL.

Simplified: the caller is believed, without a token; the only rules are whose turn it is and which offer is accepted; there are
no money, policy, carriers, audit, messages or languages. The app is called as a server would call it, without a server, so
that nothing of HTTP is counted for it. One transaction locks the dispute's row, changes it, and adds the event and the answer
under its key. PostgreSQL makes each commit durable (fsync), and its own processor time is counted beside the app's.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from typing import Annotated, Any

from asgi import prepared_for
from bodies import Claim, Offer
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from sqlalchemy import BigInteger, create_engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from story import measured, told

DAYS, KEPT_S = 3 * 86_400, 48 * 3600
engine = create_engine(os.environ["DATABASE"])
sessions = sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
Caller = Annotated[str, Header(alias="X-Caller")]
Key = Annotated[str, Header(alias="Idempotency-Key")]


class Base(DeclarativeBase):
    """The tables."""


class Dispute(Base):
    """A dispute as it is now."""

    __tablename__ = "disputes"
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    deadline: Mapped[int] = mapped_column(BigInteger, index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Event(Base):
    """Something that happened in a dispute."""

    __tablename__ = "events"
    dispute_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Kept(Base):
    """The first answer to a key."""

    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    body: Mapped[str]
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


async def asked(request: Request) -> str:
    """Return the fingerprint of a request."""
    return hashlib.sha256(request.url.path.encode() + await request.body()).hexdigest()


Asked = Annotated[str, Depends(asked)]


def carried_out(dispute_id: str, caller: str, key: str, fingerprint: str, kind: str, change: Any) -> Response:
    """Write the dispute, its event and the answer in one transaction; or return the first answer to this key."""
    with sessions.begin() as session:
        first = session.get(Kept, f"{caller}#{key}")
        if first:
            if first.fingerprint != fingerprint:
                raise HTTPException(422, "this key was used for another request")
            return Response(first.body, 201, media_type="application/json")
        return _committed(session, dispute_id, caller, (f"{caller}#{key}", fingerprint), kind, change)


def _committed(session: Session, dispute_id: str, caller: str, kept: tuple[str, str], kind: str, change: Any) -> Response:
    before = session.get(Dispute, dispute_id, with_for_update=True)
    state, now, seq = change(before.data if before else None), int(time.time()), before.version + 1 if before else 1
    if before:
        before.data, before.version, before.deadline = state, seq, now + DAYS
    else:
        session.add(Dispute(id=dispute_id, version=seq, deadline=now + DAYS, data=state))
    body = json.dumps({"id": dispute_id, "version": seq, "deadline": now + DAYS, **state})
    session.add(Event(dispute_id=dispute_id, seq=seq, data={"type": kind, "by": caller, "at": now, **state}))
    session.add(Kept(key=kept[0], fingerprint=kept[1], body=body, expires_at=now + KEPT_S))
    return Response(body, 201, media_type="application/json")


@app.post("/orders/{order_id}/disputes")
def open_dispute(order_id: str, claim: Claim, caller: Caller, key: Key, print_: Asked) -> Response:
    """Open a dispute."""
    new = {"stage": "open", "claim": claim.model_dump(), "offers": [claim.reason]}
    return carried_out(f"{order_id}-d1", caller, key, print_, "opened", lambda _: new)


@app.post("/disputes/{dispute_id}/proposals")
def propose(dispute_id: str, offer: Offer, caller: Caller, key: Key, print_: Asked) -> Response:
    """Make an offer or a counter-offer."""
    made = {"by": caller, **offer.model_dump()}

    def change(it: dict[str, Any]) -> dict[str, Any]:
        return {**it, "stage": "negotiating", "offers": [*it["offers"], made]}

    return carried_out(dispute_id, caller, key, print_, "proposed", change)


@app.post("/disputes/{dispute_id}/proposals/{number}/accept")
def accept(dispute_id: str, number: int, caller: Caller, key: Key, print_: Asked) -> Response:
    """Accept the last offer."""

    def change(it: dict[str, Any]) -> dict[str, Any]:
        if number != len(it["offers"]):
            raise HTTPException(409, "that offer is no longer on the table")
        return {**it, "stage": "resolved"}

    return carried_out(dispute_id, caller, key, print_, "accepted", change)


def stored() -> int:
    """Return the bytes of the tables and their indexes."""
    with engine.connect() as it:
        sizes = it.execute(text("select sum(pg_total_relation_size(c)) from unnest(array['disputes','events','answers']) c"))
        return int(sizes.scalar_one())


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    told(measured(prepared_for(app), stored, int(sys.argv[1])))
