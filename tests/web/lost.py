"""Let messages to people be lost, as when a provider refuses them: no provider of the local cloud does."""

from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.undelivered import UndeliveredMessage, UndeliveredMessages
from localcloud import aws
from tests.web.people import Marketplace


def lose(market: Marketplace, who: str, order_id: str, *texts: str) -> None:
    """Give up on SMS to a seller."""
    client = aws.client("dynamodb", market.cloud.endpoints["ministack"])
    table = next(name for name in client.list_tables()["TableNames"] if "table" in name.lower())
    kept = UndeliveredMessages(lambda: client, table)
    for n, text in enumerate(texts, 1):
        message = QueuedMessage(f"{order_id}#1#{n}", f"seller:{who}", "action", text, f"{order_id}#1#{n}", "sms")
        kept.keep(UndeliveredMessage(message, "OptedOut", market.now()))
