"""An account as an event shows it whole, its numbers masked."""

from dataclasses import replace

from bankrails_contracts.accounts import CustomFields, ExternalAccountView

from accounts_service.domain.external_account import ExternalAccount

SHOWN = tuple(ExternalAccountView.model_fields)


def view(account: ExternalAccount) -> ExternalAccountView:
    return ExternalAccountView(
        country=account.country,
        account_masked=account.masked,
        routing_masked=None if account.routing_number is None else f"******{account.routing_number[-4:]}",
        account_type=account.account_type,
        holder_type=account.holder_type,
        first_name=account.first_name,
        last_name=account.last_name,
        company_name=account.company_name,
        bank_name=account.bank_name,
        nickname=account.nickname,
        tag=account.tag,
        custom_fields=CustomFields.model_validate(account.custom_fields),
        state=account.state,
        state_since=account.state_at,
        locked=account.locked,
        locked_at=account.locked_at,
        lock_reason=account.lock_reason,
        noc_code=account.noc_code,
        last_modified_at=account.modified_at,
        helix_customer_id=account.helix_customer_id,
        helix_external_account_id=account.helix_external_account_id,
    )


def changed(before: ExternalAccount, after: ExternalAccount) -> tuple[str, ...]:
    """Names of the fields that differ in what is shown, the time of the change aside."""
    then, now = view(replace(before, modified_at=after.modified_at)), view(after)
    return tuple(name for name in SHOWN if getattr(then, name) != getattr(now, name))
