"""Check the web app as `make check` does: its types of the API are current, it compiles, and its scripts are small."""

import gzip

from localcloud.layout import LocalCloudError
from localcloud.web.build import WEB, build_web
from localcloud.web.node import install, npm

TYPES = WEB / "src" / "api" / "schema.d.ts"
SCRIPTS_AT_MOST, STYLES_AT_MOST = 220 * 1024, 12 * 1024
"""What all scripts and all styles have at most, compressed (bytes). A browser test has the bound of the first load."""


def check_web() -> int:
    """Return 0 if the web app is in order. LocalCloudError says what is not."""
    install(WEB)
    committed = TYPES.read_bytes()
    npm(WEB, "run", "api")
    if TYPES.read_bytes() != committed:
        TYPES.write_bytes(committed)
        raise LocalCloudError("web/src/api/schema.d.ts is not what openapi.json says: run `make docs`")
    npm(WEB, "run", "check")
    npm(WEB, "test")
    built = build_web()
    sizes = {kind: sum(len(gzip.compress(path.read_bytes(), 9)) for path in built.rglob(f"*.{kind}")) for kind in ("js", "css")}
    for kind, most in (("js", SCRIPTS_AT_MOST), ("css", STYLES_AT_MOST)):
        if sizes[kind] > most:
            raise LocalCloudError(f"the web app has {sizes[kind]} bytes of {kind}, compressed; at most {most} are allowed")
    print(f"web: types, style, words and units are in order; {sizes['js']} bytes of scripts, {sizes['css']} of styles")
    return 0
