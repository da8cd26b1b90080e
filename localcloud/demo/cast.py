"""List the demo's stories in the order they are told, with their sellers and buyers."""

from localcloud.demo.dispute_stories import (
    agreed_on_a_part,
    appealed,
    decided_by_a_mediator,
    never_arrived,
    nothing_wrong,
    sent_back,
)
from localcloud.demo.guarantee_stories import fails_at_first, no_longer_wanted, not_genuine
from localcloud.demo.market import Habits, Shop
from localcloud.demo.story import Script
from localcloud.demo.truth_stories import charged_back, old_number, replaced, settled_in_review

SCRIPTS = (
    Script("An order that never arrived", "phone-1", "alice", "nordwind", "EUR", never_arrived),
    Script("An item not as described: offer, counter-offer, agreement", "lamps-2", "bruno", "lumen", "USD", agreed_on_a_part),
    Script("A return", "camera-3", "chen", "hikari", "JPY", sent_back),
    Script("A decision by a mediator", "coat-4", "dora", "celta", "BRL", decided_by_a_mediator),
    Script("An order with nothing wrong", "teapot-5", "emil", "atlas", "TND", nothing_wrong),
    Script("A Domestic Return: no longer wanted, no questions asked", "jacket-6", "filip", "baltyk", "PLN", no_longer_wanted),
    Script("A counterfeit under Guaranteed Genuine", "watch-7", "grace", "aurum", "CHF", not_genuine),
    Script("An appeal", "guitar-8", "hugo", "kauri", "NZD", appealed),
    Script("A charge of unknown origin, and a payment that fails at first", "boots-9", "ines", "maple", "CAD", fails_at_first),
    Script("A replacement", "pot-10", "jana", "ceramo", "EUR", replaced),
    Script("A cheat that fails: an old tracking number", "audio-11", "kofi", "fantasma", "GBP", old_number),
    Script("A settlement during a review", "rug-12", "lena", "tapis", "EUR", settled_in_review),
    Script("A chargeback", "desk-13", "mateo", "madera", "USD", charged_back),
)
"""Each story has its own buyer and seller, so that its messages are told apart from the others'."""

SELLERS: dict[str, Shop] = {
    "nordwind": ("+4915112345601", ("Hamburg", "DE")),
    "lumen": ("+15125550102", ("Austin", "US")),
    "hikari": ("+819012345603", ("Osaka", "JP")),
    "celta": ("+5581912345604", ("Recife", "BR")),
    "atlas": ("+21620123405", ("Tunis", "TN")),
    "baltyk": ("+48512345606", ("Berlin", "DE"), ("Gdynia", "PL")),
    "aurum": ("+41791234507", ("Geneva", "CH")),
    "kauri": ("+64211234508", ("Auckland", "NZ")),
    "maple": ("+14165550109", ("Toronto", "CA")),
    "ceramo": ("+351912345610", ("Porto", "PT")),
    "fantasma": ("+447911123411", ("Leeds", "GB")),
    "tapis": ("+33612345612", ("Lyon", "FR")),
    "madera": ("+525512345613", ("Puebla", "MX")),
}
"""Each seller's phone for SMS, and the places for returns, the usual one first."""

BUYERS: dict[str, Habits] = {
    "alice": ("en", "Europe/London"),
    "bruno": ("es", "America/Mexico_City"),
    "chen": ("zh", "Asia/Shanghai"),
    "dora": ("pt", "America/Recife"),
    "emil": ("en", "Africa/Tunis"),
    "filip": ("ru", "Europe/Warsaw"),
    "grace": ("en", "Europe/Zurich"),
    "hugo": ("es", "Pacific/Auckland"),
    "ines": ("pt", "America/Toronto"),
    "jana": ("en", "Europe/Lisbon"),
    "kofi": ("en", "Africa/Accra"),
    "lena": ("ru", "Europe/Riga"),
    "mateo": ("es", "Europe/Madrid"),
}
"""Each buyer's language and time zone."""
