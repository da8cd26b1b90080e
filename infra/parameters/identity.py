"""List the parameters that say whose tokens are accepted."""

from infra.parameters.row import SAFE, number, text

CLAIM = r"^[^\s,]+$"
LISTED = r"^[^\s,]+(,[^\s,]+)*$"

PARAMETERS = (
    text(
        "OidcIssuer",
        "The `iss` every token must carry.",
        rf"^{SAFE}(/[^\s,]*)?$",
        "It begins with https://.",
        variable="OIDC_ISSUER",
    ),
    text(
        "OidcAudience",
        "Whom tokens must be for; several with commas between them.",
        LISTED,
        "It is one value, or several with commas and no spaces between them.",
        default="buyer-protection",
        variable="OIDC_AUDIENCE",
    ),
    text(
        "OidcJwksUrl",
        "Where the issuer publishes its signing keys; empty to learn it from its /.well-known/openid-configuration.",
        rf"^({SAFE}(/[^\s,]*)?)?$",
        "It begins with https://, or is empty.",
        default="",
        variable="OIDC_JWKS_URL",
    ),
    text(
        "OidcAudienceClaim",
        "The claim that says whom a token is for: aud, or client_id for access tokens of Cognito.",
        CLAIM,
        "It is the name of one claim.",
        default="aud",
        variable="OIDC_AUDIENCE_CLAIM",
    ),
    text(
        "OidcSubjectClaim",
        "The claim that holds the marketplace's own id of a person.",
        CLAIM,
        "It is the name of one claim.",
        default="sub",
        variable="OIDC_SUBJECT_CLAIM",
    ),
    text(
        "OidcRoleClaim",
        "The claim that holds the role, as a word, words or a list; dots lead into a claim, commas part several.",
        LISTED,
        "It is the name of a claim, or several with commas and no spaces between them.",
        default="role",
        variable="OIDC_ROLE_CLAIM",
    ),
    text(
        "OidcRoles",
        "The issuer's words for the roles, as WORD=ROLE with commas between them; empty when it uses ours.",
        r"^([^\s,]+=[a-z:]+(,[^\s,]+=[a-z:]+)*)?$",
        "It is like customer=buyer,shop=seller, or empty.",
        default="",
        variable="OIDC_ROLES",
    ),
    number(
        "TokenHoursAtMost",
        "A token that is valid for longer than so many hours, from when it was issued, is refused.",
        24,
        1,
        720,
        variable="TOKEN_HOURS_AT_MOST",
    ),
)
