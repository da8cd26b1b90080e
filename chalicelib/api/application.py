"""The one seam between Chalice and us: errors that Chalice itself answers become problems like all others."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice

_CODES = {403: "not_found", 404: "not_found", 405: "method_not_allowed", 415: "unsupported_media_type"}
_FIRST_ERROR = 400


class Application(Chalice):
    """Chalice, whose own error answers are problem+json."""

    def __call__(self, event: Any, context: Any) -> Any:  # noqa: ANN401 - Lambda's own types
        """Answer one API event."""
        answer = super().__call__(event, context)
        status = answer["statusCode"]
        types = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        if status < _FIRST_ERROR or types.get("content-type") == "application/problem+json":
            return answer
        from chalicelib.api.problems import Problem, response  # noqa: PLC0415 - only the API has errors to answer
        from chalicelib.api.words import preferred  # noqa: PLC0415

        code = _CODES.get(status, "internal_error" if status >= 500 else "malformed_request")  # noqa: PLR2004
        kept = {"Allow": types["allow"]} if "allow" in types else {}
        asked = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        made: Any = response(Problem(code, headers=kept), preferred(str(asked.get("accept-language", ""))))
        return made.to_dict()
