"""The vendor's paths. The mix of `banks` and `bank` is its own; everything but the two fields of a start and of an
answer is an assumption (MAPPING.md), so it is in this one place.
"""

from bankrails_vendor_http.json_api import Endpoint

AUTHORIZE = Endpoint("helium_authorize", "POST", "rest/bank/authorization", writes=True)
CONTINUE = Endpoint("helium_continue", "POST", "rest/bank/authorization", writes=True)
READ_SESSION = Endpoint("helium_read_session", "GET", "rest/bank/authorization/{session_id}")
COMPLETE_RESPONSE = Endpoint("helium_complete_response", "GET", "rest/bank/complete-response/{session_id}")
