"""The two ways to a login page: a frame within the lender's own page, and a link for one client to keep.

The documented 24 hours of one and the same URL belong to frames alone. The pages themselves are not served here.
"""

import secrets
from datetime import timedelta
from typing import Any

from bankrails_sandbox.helium.formats import stamp
from bankrails_sandbox.helium.institutions import INSTITUTIONS
from bankrails_sandbox.helium.payload import flag, optional_text, read_object, text
from bankrails_sandbox.helium.records import Frame, Link, LinkStatus
from bankrails_sandbox.helium.replies import refused
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.vendor_api import Call, Reply


def start_frame(vendor: HeliumVendor, call: Call) -> Reply:
    assumptions = vendor.assumptions
    body = read_object(call, forms_accepted=assumptions.forms_accepted)
    client_identifier = text(body, "client_identifier", assumptions.text_length_max)
    fresh = flag(body, "force_fresh", as_text=assumptions.flags_as_text)
    key = (call.merchant, client_identifier)
    kept = vendor.frames.get(key)
    if kept is not None and (fresh or call.now >= kept.expires_at):
        frame = _new_frame(vendor, call, client_identifier)
        if call.now >= kept.expires_at or assumptions.fresh_frame_replaces:
            vendor.frames[key] = frame
    else:
        frame = vendor.frames[key] = kept or _new_frame(vendor, call, client_identifier)
    return Reply(
        200,
        {
            "iframe_url": f"{_origin(call)}/frame/{frame.token}",
            "session_id": frame.session_id,
            "created_at": stamp(frame.created_at),
            "expires_at": stamp(frame.expires_at),
        },
    )


def _new_frame(vendor: HeliumVendor, call: Call, client_identifier: str) -> Frame:
    bank = INSTITUTIONS[vendor.assumptions.default_institution]
    session = vendor.open_session(call.merchant, bank, call.now, client_identifier=client_identifier)
    vendor.record("frame_started", call.merchant, call.now, reference=session.id, call_id=call.id)
    lifetime = timedelta(seconds=vendor.assumptions.frame_window_seconds)
    return Frame(secrets.token_hex(16), session.id, call.now, call.now + lifetime)


def create_link(vendor: HeliumVendor, call: Call) -> Reply:
    longest = vendor.assumptions.text_length_max
    body = read_object(call)
    client_identifier = text(body, "client_identifier", longest)
    optional_text(body, "email", longest)
    optional_text(body, "redirect_url", longest)
    link = Link(f"lnk_{secrets.token_hex(12)}", call.merchant, client_identifier, call.now)
    vendor.links[link.id] = link
    vendor.record("link_created", call.merchant, call.now, reference=link.id, call_id=call.id)
    return Reply(200, _link_json(link, call))


def get_link(vendor: HeliumVendor, call: Call) -> Reply:
    return Reply(200, _link_json(_link(vendor, call), call))


def revoke_link(vendor: HeliumVendor, call: Call) -> Reply:
    link = _link(vendor, call)
    if link.status is LinkStatus.REVOKED:
        raise refused(410, "link_revoked", "The link was revoked")
    link.status = LinkStatus.REVOKED
    vendor.record("link_revoked", call.merchant, call.now, reference=link.id, call_id=call.id)
    return Reply(204)


def _link(vendor: HeliumVendor, call: Call) -> Link:
    link = vendor.links.get(call.path["link_id"])
    if link is None or link.lender != call.merchant:
        raise refused(404, "link_not_found", "No such link")
    return link


def _link_json(link: Link, call: Call) -> dict[str, Any]:
    return {
        "link_id": link.id,
        "url": f"{_origin(call)}/link/{link.id}",
        "client_identifier": link.client_identifier,
        "status": link.status,
        "created_at": stamp(link.created_at),
        "last_used_at": stamp(link.last_used_at) if link.last_used_at else None,
        "sessions": link.sessions,
    }


def _origin(call: Call) -> str:
    return f"http://{call.header(b'host')}/helium"
