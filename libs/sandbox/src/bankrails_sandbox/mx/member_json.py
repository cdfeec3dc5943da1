"""A member, and its status, as they are printed (github.com/mxenabled/openapi)."""

from typing import Any

import orjson

from bankrails_sandbox.mx.assumptions import Assumptions
from bankrails_sandbox.mx.bank import IMAGE, LABELS
from bankrails_sandbox.mx.formats import stamp_or_none
from bankrails_sandbox.mx.institutions import MANUAL
from bankrails_sandbox.mx.records import Challenge, Member
from bankrails_sandbox.mx.vocabulary import ERRORS, ChallengeType, ConnectionStatus


def member_json(member: Member, assumptions: Assumptions) -> dict[str, Any]:
    body: dict[str, Any] = {
        "aggregated_at": stamp_or_none(member.aggregated_at),
        "background_aggregation_is_disabled": member.background_aggregation_is_disabled,
        "connection_status": member.status.name,
        "connection_status_message": _message(member),
        "guid": member.guid,
        "id": member.id,
        "institution_code": member.institution.code,
        "institution_guid": member.institution.guid,
        "is_being_aggregated": member.is_being_aggregated,
        "is_managed_by_user": True,
        "is_manual": member.institution is MANUAL,
        "is_oauth": False,
        "metadata": member.metadata,
        "most_recent_job_detail_code": None,
        "most_recent_job_detail_text": None,
        "most_recent_job_guid": member.job.guid if member.job else None,
        "name": member.institution.name,
        "needs_updated_credentials": member.status in (ConnectionStatus.DENIED, ConnectionStatus.PREVENTED),
        "oauth_window_uri": None,
        "successfully_aggregated_at": stamp_or_none(member.successfully_aggregated_at),
        "use_cases": list(member.use_cases),
        "user_guid": member.user.guid,
        "user_id": member.user.id,
    }
    match assumptions.member_error:
        case "object":
            body["error"] = _error(member)
        case "text":
            body["error"] = orjson.dumps(_error(member)).decode()
    return body


def status_json(member: Member) -> dict[str, Any]:
    body: dict[str, Any] = {
        "aggregated_at": stamp_or_none(member.aggregated_at),
        "connection_status": member.status.name,
        "guid": member.guid,
        "has_processed_account_numbers": member.has_processed_account_numbers,
        "has_processed_accounts": member.has_processed_accounts,
        "has_processed_transactions": member.has_processed_transactions,
        "is_authenticated": member.is_authenticated,
        "is_being_aggregated": member.is_being_aggregated,
        "successfully_aggregated_at": stamp_or_none(member.successfully_aggregated_at),
    }
    if member.status is ConnectionStatus.CHALLENGED:
        body["challenges"] = [challenge_json(challenge) for challenge in member.challenges]
    return body


def challenge_json(challenge: Challenge) -> dict[str, Any]:
    label = LABELS[challenge.type]
    body: dict[str, Any] = {
        "field_name": label,
        "guid": challenge.guid,
        "label": label,
        "type": challenge.type.value,
    }
    if challenge.type is ChallengeType.IMAGE_DATA:
        body["image_data"] = IMAGE
    if challenge.options:
        body["options"] = [
            {"guid": option.guid, "label": option.value, "value": option.value} for option in challenge.options
        ]
    return body


def _message(member: Member) -> str:
    if member.status in ERRORS:
        return ERRORS[member.status][1]
    return f"The connection to {member.institution.name} is {member.status.name.lower()}"


def _error(member: Member) -> dict[str, Any]:
    if member.status not in ERRORS:
        return {}
    code, text = ERRORS[member.status]
    return {
        "error_code": code,
        "error_message": member.status.name,
        "error_type": "MEMBER",
        "locale": "en",
        "user_message": text,
    }
