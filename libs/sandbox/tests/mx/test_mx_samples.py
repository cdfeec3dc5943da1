"""MX's objects, field by field, as its OpenAPI documents name them (github.com/mxenabled/openapi, v20111101 and
v20250224). Of the large ones (account, transaction) the sandbox has the core."""

MEMBER = """aggregated_at background_aggregation_is_disabled connection_status connection_status_message guid id
    institution_code institution_guid is_being_aggregated is_managed_by_user is_manual is_oauth metadata
    most_recent_job_detail_code most_recent_job_detail_text most_recent_job_guid name needs_updated_credentials
    oauth_window_uri successfully_aggregated_at use_cases user_guid user_id error"""
STATUS = """aggregated_at connection_status guid has_processed_account_numbers has_processed_accounts
    has_processed_transactions is_authenticated is_being_aggregated successfully_aggregated_at"""
USER = "email guid id is_disabled metadata"
CREDENTIAL = "display_order field_name field_type guid label type"
INSTITUTION = """code forgot_password_url forgot_username_url instructional_text instructional_text_steps
    is_disabled_by_client iso_country_code medium_logo_url name small_logo_url supports_oauth supports_tax_document
    trouble_signing_in_url url"""
OLDER_FLAGS = """supports_account_identification supports_account_statement supports_account_verification
    supports_transaction_history"""
ACCOUNT = """account_number account_ownership apr apy available_balance balance cash_surrender_value created_at
    credit_limit currency_code death_benefit guid id imported_at institution_code institution_guid interest_rate
    is_business is_closed is_hidden is_manual loan_amount member_guid member_id member_is_managed_by_user metadata name
    nickname original_balance property_type routing_number subtype type updated_at user_guid user_id"""
NUMBER = """account_guid account_number guid institution_number loan_guarantor loan_reference_number member_guid
    passed_validation routing_number sequence_number transit_number user_guid"""
OWNER = """account_guid address city country email first_name guid last_name member_guid owner_name phone postal_code
    state user_guid"""
TRANSACTION = """account_guid account_id amount category created_at currency_code date description guid id
    is_direct_deposit is_expense is_income is_manual member_guid original_description posted_at status transacted_at
    type updated_at user_guid"""
ERROR = "error_code error_message error_type locale user_message"

ALL = {"data_request": {"products": ["account_verification", "identity_verification", "transactions"]}}
CHALLENGE = {
    "field_name": "What city were you born in?",
    "label": "What city were you born in?",
    "type": "TEXT",
}
# github.com/mxenabled/atrium-elixir, examples.
FORM = [
    {
        "display_order": 1,
        "field_name": "LOGIN",
        "field_type": "LOGIN",
        "guid": "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1",
        "label": "Username",
        "type": "LOGIN",
    },
    {
        "display_order": 2,
        "field_name": "PASSWORD",
        "field_type": "PASSWORD",
        "guid": "CRD-e3d7ea81-aac7-05e9-fbdd-4b493c6e474d",
        "label": "Password",
        "type": "PASSWORD",
    },
]


def test_a_member_and_its_status_have_the_documented_fields(mx) -> None:
    """The status adds `challenges` while challenged."""
    member = mx.member("challenge")
    assert set(mx.call("GET", member).json()["member"]) == set(MEMBER.split())
    assert set(mx.status(member)) == set(STATUS.split())
    mx.settle()
    status = mx.status(member)
    assert set(status) == {*STATUS.split(), "challenges"}
    (challenge,) = status["challenges"]
    assert {**challenge, "guid": ""} == CHALLENGE | {"guid": ""}


def test_an_error_has_the_documented_fields(mx) -> None:
    """And is an empty object where there is none."""
    denied, good = mx.member("INVALID"), mx.member(login="test_atrium")
    mx.settle()
    error = mx.call("GET", denied).json()["member"]["error"]
    assert set(error) == set(ERROR.split())
    assert (error["error_code"], error["error_type"]) == (2005, "MEMBER")
    assert mx.call("GET", good).json()["member"]["error"] == {}


def test_users_institutions_and_forms_have_the_documented_fields(mx, open_mx) -> None:
    """The form of MX Bank is known to the letter."""
    user = mx.call("POST", "/users", {"user": {"id": "u"}}).json()["user"]
    assert set(user) == set(USER.split())
    newer = mx.call("GET", "/institutions/mxbank").json()["institution"]
    older = open_mx(version="v20111101").call("GET", "/institutions/mxbank").json()["institution"]
    assert set(newer) == {*INSTITUTION.split(), "guid", "created_at", "is_hidden", "supported_products"}
    assert set(older) == {*INSTITUTION.split(), *OLDER_FLAGS.split()}
    assert mx.call("GET", "/institutions/mxbank/credentials").json()["credentials"] == FORM
    assert set(FORM[0]) == set(CREDENTIAL.split())


def test_what_jobs_bring_has_the_documented_fields(mx) -> None:
    """Ids carry the vendor's prefixes, money is a number of dollars."""
    member = mx.member(top=ALL)
    mx.settle()
    for what, fields, prefix in (
        ("accounts", ACCOUNT, "ACT-"),
        ("account_numbers", NUMBER, "ACN-"),
        ("account_owners", OWNER, "ACO-"),
        ("transactions", TRANSACTION, "TRN-"),
    ):
        row = mx.call("GET", f"{member}/{what}").json()[what][0]
        assert set(row) == set(fields.split()), what
        assert row["guid"].startswith(prefix)
    balances = [row["balance"] for row in mx.call("GET", f"{member}/accounts").json()["accounts"]]
    assert balances == [5124.89, 18300.0]
