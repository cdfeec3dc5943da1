"""A person logs in at their bank, which asks a question; and what the login shows of their accounts."""

import asyncio
from typing import Any

from bankrails_contracts.auth import AnswerChallenge, StartAuthentication

from bankrails_cli.jwks import seal
from bankrails_cli.stories.cast import Cast
from bankrails_cli.stories.scene import Scene
from bankrails_cli.told import Told

A_WHILE_DAYS = 30 / 86_400
"""Thirty virtual seconds: a vendor that works through a login is asked every few seconds how far it is."""


async def start(scene: Scene, cast: Cast, *, helix_customer_id: int | None = None) -> Told:
    """The challenge."""
    link: dict[str, Any] = {"holder": cast.holder}
    if helix_customer_id is not None:
        link["helix_customer_id"] = helix_customer_id
    sent = await scene.teller.send(
        StartAuthentication,
        connection_id=cast.connection_id,
        user_id=cast.user_id,
        country=cast.country,
        institution=cast.institution,
        credentials=[
            {"field": "username", "value": await sealed(scene, cast.login)},
            {"field": "password", "value": await sealed(scene, cast.password)},
        ],
        link_accounts=link,
    )
    await scene.teller.expect("AuthenticationStarted", answering=sent)
    await scene.advance_days(A_WHILE_DAYS)
    return await scene.teller.expect("ChallengeRequired", answering=sent, challenge_kind="mfa")


async def answer(scene: Scene, cast: Cast, challenge: Told) -> None:
    [question] = challenge.data["questions"]
    sent = await scene.teller.send(
        AnswerChallenge,
        connection_id=cast.connection_id,
        challenge_id=challenge.data["challenge_id"],
        answers=[{"field": question["field"], "value": await sealed(scene, cast.answer)}],
    )
    await scene.until_taken("auth")
    await scene.advance_days(A_WHILE_DAYS)
    await scene.teller.expect("AuthenticationSucceeded", answering=sent)


async def see_accounts(scene: Scene, cast: Cast) -> None:
    """The data follow by themselves, and with them the account that the login proves."""
    await scene.advance_days(A_WHILE_DAYS)
    await scene.teller.expect("BankDataFetched", about=cast.connection_id, user_id=cast.user_id)
    linked = await scene.teller.expect("ExternalAccountLinked", user_id=cast.user_id, country=cast.country)
    cast.external_account_id = str(linked.subject)
    await scene.teller.expect("ExternalAccountVerified", about=cast.external_account_id, method="bank_login")
    await scene.teller.expect("ExternalAccountShared", about=cast.external_account_id)


async def sealed(scene: Scene, secret: str) -> str:
    """It leaves this process sealed to auth-service: Kafka, its logs and the stores never see it in the clear."""
    keys = f"{scene.suite.services['auth'].address}/.well-known/jwks.json"
    return await asyncio.to_thread(seal, secret, keys)
