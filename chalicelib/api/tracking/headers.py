"""The headers in which tracking services sign what they send."""

AFTERSHIP = "aftership-hmac-sha256"
SEVENTEEN_TRACK = "sign"
