"""Declare the API's blueprints and every event function. Chalice finds functions only here.

One package serves all functions, and each imports only what it needs. ``SERVES`` says which kind a function is, so the jobs
never load the API's models. While packaging ``SERVES`` is not set, and everything is declared.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

from chalice.app import DynamoDBEvent, Rate, SNSEvent, SQSEvent, WebsocketEvent

from chalicelib.api.application import Application
from chalicelib.logs import configure
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.jobs import LambdaContext

app = Application("buyer-protection", configure_logs=False)
app.experimental_feature_flags.add("WEBSOCKETS")
configure(os.environ.get("LOG_LEVEL", "INFO"), os.environ.get("METRICS_NAMESPACE", "buyer-protection"))

if "SERVES" in os.environ:
    # A deployed function whose settings make no sense must not start.
    settings()

if os.environ.get("SERVES", "http") == "http":
    from chalicelib.api.register import register

    register(app)
    if "SERVES" in os.environ:
        # The same for its identity provider. Packaging has no provider.
        from chalicelib.api.identity.auth import verifier

        verifier()

# Chalice needs literal ARNs; infra/resources.json replaces them by the stack's own queue, topic and stream.
_PLACEHOLDER_QUEUE = "arn:aws:sqs:eu-west-1:000000000000:sweep"
_PLACEHOLDER_UPLOADS = "arn:aws:sqs:eu-west-1:000000000000:uploads"
_PLACEHOLDER_WEBHOOKS = "arn:aws:sqs:eu-west-1:000000000000:webhooks"
_PLACEHOLDER_TOPIC = "arn:aws:sns:eu-west-1:000000000000:device-failures"
_PLACEHOLDER_STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/buyer-protection/stream/0"


@app.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(_: object) -> dict[str, int]:
    """Put one message per shard on the queue each minute, so that a slow shard delays no other."""
    from chalicelib.jobs import fan_out  # noqa: PLC0415 - each function loads its own

    return fan_out()


@app.schedule(Rate(5, unit=Rate.MINUTES), name="verify")
def verify(event: object) -> dict[str, Any]:
    """Check the whole table once a day, as far as one run comes; the next run goes on from there."""
    from chalicelib.jobs import verify_table  # noqa: PLC0415 - as above

    return verify_table(cast("LambdaContext", cast("Any", event).context))


@app.on_sqs_message(queue_arn=_PLACEHOLDER_QUEUE, batch_size=1, name="sweep_shard")
def sweep_shard(event: SQSEvent) -> dict[str, Any]:
    """Sweep the shards that messages name; the unfinished ones are delivered again."""
    from chalicelib.jobs import sweep_messages  # noqa: PLC0415

    return sweep_messages(event.to_dict()["Records"], cast("LambdaContext", event.context))


@app.on_dynamodb_record(stream_arn=_PLACEHOLDER_STREAM, batch_size=25, starting_position="TRIM_HORIZON", name="publish")
def publish(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell people and systems of the events in the table's stream."""
    from chalicelib.jobs import publish_stream  # noqa: PLC0415

    return publish_stream(event.to_dict()["Records"])


@app.on_dynamodb_record(stream_arn=_PLACEHOLDER_STREAM, batch_size=25, starting_position="LATEST", name="chat")
def chat(event: DynamoDBEvent) -> None:
    """Push new messages and changes to live connections."""
    from chalicelib.jobs import push_stream  # noqa: PLC0415 - as above

    push_stream(event.to_dict()["Records"])


@app.on_ws_connect()
def websocket_connect(event: WebsocketEvent) -> dict[str, Any]:
    """Accept or refuse a client's live connection."""
    from chalicelib.api.live import chat_socket  # noqa: PLC0415

    return chat_socket.connect(event.to_dict())


@app.on_ws_message()
def websocket_message(event: WebsocketEvent) -> dict[str, Any]:
    """Answer a frame of a live connection."""
    from chalicelib.api.live import chat_socket  # noqa: PLC0415 - as above

    return chat_socket.message(event.to_dict())


@app.on_ws_disconnect()
def websocket_disconnect(event: WebsocketEvent) -> dict[str, Any]:
    """Forget a live connection that is gone."""
    from chalicelib.api.live import chat_socket  # noqa: PLC0415 - as above

    return chat_socket.disconnect(event.to_dict())


@app.on_sns_message(topic=_PLACEHOLDER_TOPIC, name="device_failed")
def device_failed(event: SNSEvent) -> dict[str, int]:
    """Forget the devices that SNS reports as given up by their platform."""
    from chalicelib.jobs import forget_devices  # noqa: PLC0415 - as above

    return forget_devices(event.to_dict()["Records"])


@app.on_sqs_message(queue_arn=_PLACEHOLDER_UPLOADS, batch_size=5, name="upload_stored")
def upload_stored(event: SQSEvent) -> dict[str, Any]:
    """Check uploaded files: take in each one that is as declared, and remove the others."""
    from chalicelib.jobs import take_in_uploads  # noqa: PLC0415

    return take_in_uploads(event.to_dict()["Records"])


@app.on_sqs_message(queue_arn=_PLACEHOLDER_WEBHOOKS, batch_size=1, name="deliver_webhook")
def deliver_webhook(event: SQSEvent) -> dict[str, Any]:
    """Post an event to an endpoint of the marketplace's, and record the answer."""
    from chalicelib.jobs import deliver_webhooks  # noqa: PLC0415 - as above

    return deliver_webhooks(event.to_dict()["Records"])
