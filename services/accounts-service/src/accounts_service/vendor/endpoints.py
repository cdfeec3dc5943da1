"""The vendor's endpoints that we call, and what each may answer with. Paths are relative to the base address.

Source: docs.helix.q2.com/reference, the page of each endpoint.
"""

from bankrails_vendor_http.json_api import Endpoint

CREATE = Endpoint("helix_create", "POST", "externalAccount/create", writes=True)
GET_BY_TAG = Endpoint("helix_get_by_tag", "GET", "externalAccount/getByTag/{customer_id}/{tag}", writes=False)
