"""The rights that a 403 taught us to be missing, in a service's store."""

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, select

from bankrails_helcim.rights import Denial, Right

NAME = "denied_right"


def denied_right_table(metadata: MetaData) -> Table:
    """Among the service's own tables; its migration creates it."""
    return Table(
        NAME,
        metadata,
        Column("merchant_id", Text, primary_key=True),
        Column("right", Text, primary_key=True),
        Column("fingerprint", Text, primary_key=True),
    )


def kept(connection: Connection, table: Table) -> list[Denial]:
    rows = connection.execute(select(table.c.merchant_id, table.c.right, table.c.fingerprint))
    return [Denial(row.merchant_id, Right(row.right), row.fingerprint) for row in rows]


def keep(connection: Connection, table: Table, denial: Denial) -> None:
    """Rights tells each denial once, so it is never there."""
    connection.execute(
        insert(table).values(merchant_id=denial.merchant_id, right=denial.right.value, fingerprint=denial.fingerprint)
    )
