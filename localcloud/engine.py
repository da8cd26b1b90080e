"""Start MiniStack, and let the outbox see what it sends straight to phones and devices: it only logs these.

It runs by the engine's own Python, in which nothing of this project can be imported.
"""

import os
from typing import Any

from ministack.app import main
from ministack.services import sns

carry_out = sns._publish  # noqa: SLF001 - MiniStack has no other place for it, and its version is pinned


def publish(params: dict[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's answer
    """Publish as MiniStack does. What a phone or a device takes goes to the outbox's topic as well, with its address."""
    reply = carry_out(params)
    target = sns._p(params, "TargetArn")  # noqa: SLF001 - as above
    address = sns._p(params, "PhoneNumber") or (target if target in sns._platform_endpoints else "")  # noqa: SLF001
    name = f":{os.environ['PHONES_TOPIC']}"
    topic = next((it["arn"] for it in sns._topics.all_values() if it["arn"].endswith(name)), None)  # noqa: SLF001
    if address and topic:
        attributes = sns._parse_message_attributes(params)  # noqa: SLF001 - as above
        attributes["sent_to"] = {"DataType": "String", "StringValue": address}
        sns.publish_internal(topic, sns._p(params, "Message"), message_attributes=attributes)  # noqa: SLF001 - as above
    return reply


sns._publish = publish  # noqa: SLF001 - as above
main()
