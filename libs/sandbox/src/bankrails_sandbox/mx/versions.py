"""Which version of the API a call is in: `Accept-Version`, or the media type of the older ones in `Accept`."""

from bankrails_sandbox.mx.vocabulary import Version

MEDIA_TYPES = {
    "application/vnd.mx.api.v1+json": Version.V20111101,
    "application/vnd.mx.api.v2beta+json": Version.V2BETA,
}
CONTENT_TYPES = {version: media_type for media_type, version in MEDIA_TYPES.items()}
NAMED = {version.value: version for version in Version}


def version_of(headers: dict[bytes, bytes], *, by_header_only: bool = False) -> Version | None:
    """None for a missing and for an unknown one. `Accept-Version` comes first."""
    named = headers.get(b"accept-version")
    if named is not None:
        return NAMED.get(named.decode("latin-1").strip())
    if by_header_only:
        return None
    accepted = headers.get(b"accept", b"").decode("latin-1").split(",")
    kinds = (kind.partition(";")[0].strip().lower() for kind in accepted)
    return next((MEDIA_TYPES[kind] for kind in kinds if kind in MEDIA_TYPES), None)


def content_type(version: Version | None) -> bytes:
    """Answers of the older versions carry their media type."""
    return CONTENT_TYPES.get(version, "application/json").encode() if version else b"application/json"
