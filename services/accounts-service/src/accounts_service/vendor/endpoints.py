"""The vendor's endpoints that we call, and what each may answer with. Paths are relative to the base address.

Source: docs.helix.q2.com/reference, the page of each endpoint.
"""

from bankrails_vendor_http.json_api import Endpoint

CREATE = Endpoint("helix_create", "POST", "externalAccount/create", writes=True)
INITIATE = Endpoint("helix_initiate", "POST", "externalAccount/initiate", writes=True)
VERIFY = Endpoint("helix_verify", "POST", "externalAccount/verify", writes=True)
UPDATE = Endpoint("helix_update", "POST", "externalAccount/update", writes=True)
ARCHIVE = Endpoint("helix_archive", "POST", "externalAccount/archive", writes=True)
LOCK = Endpoint("helix_lock", "POST", "externalAccount/lock", writes=True)
UNLOCK = Endpoint("helix_unlock", "POST", "externalAccount/unlock", writes=True)
UPLOAD_DOCUMENT = Endpoint("helix_upload_document", "POST", "externalAccountDocument/upload", writes=True)
GET = Endpoint("helix_get", "GET", "externalAccount/get/{customer_id}/{external_account_id}", writes=False)
GET_BY_TAG = Endpoint("helix_get_by_tag", "GET", "externalAccount/getByTag/{customer_id}/{tag}", writes=False)
LIST = Endpoint("helix_list", "GET", "externalAccount/list/{customer_id}", writes=False)
GET_PROGRAM = Endpoint("helix_get_program", "GET", "program/get", writes=False)
VERIFY_ROUTING_NUMBER = Endpoint(
    "helix_verify_routing_number", "GET", "tools/verifyRoutingNumber/{routing_number}", writes=False
)
