"""Answers that are being given piece by piece, and whether somebody wants them to stop: whichever process is at it.

What was stopped is remembered when it has ended as well: after a crash before its reply was stored, nobody is asked again.
A call is answered by whoever began last: an attempt that was taken over, and does not know it yet, ends nothing.
"""

from sqlalchemy import Connection, bindparam, delete, select, text, update

from storage.database import Database
from storage.pruning import prune
from storage.tables import answering

_BEGIN = text(  # later than any attempt before, whatever the clocks say
    "INSERT INTO answering (call, begun, stopped) VALUES (:call, :begun, 0) ON CONFLICT (call) DO UPDATE SET begun = "
    "CASE WHEN excluded.begun > answering.begun THEN excluded.begun ELSE answering.begun + 0.001 END RETURNING begun"
).bindparams(bindparam("call", type_=answering.c.call.type))
_STOPPED, _ENDED = 1, 2  # an answer that was stopped, and one of those that has come to its end


class Stops:
    """Everything here raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, call: str, at: float) -> float:
        """From now on it can be stopped. Who wanted that before a crash still does. Gives back what tells this attempt."""
        row = {"call": call, "begun": at}
        return await self._database.run(lambda connection: float(connection.execute(_BEGIN, row).scalar_one()))

    async def holds(self, call: str, begun: float) -> bool:
        """Whether the attempt that began then is still the one that answers."""
        statement = select(answering.c.call).where(answering.c.call == call, answering.c.begun == begun)
        return await self._database.read(lambda connection: connection.execute(statement).first() is not None)

    async def stop(self, call: str) -> bool:
        """False: it is not being answered any more."""
        statement = update(answering).where(answering.c.call == call, answering.c.stopped < _ENDED).values(stopped=_STOPPED)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount == 1)

    async def stopped(self, call: str) -> bool:
        statement = select(answering.c.stopped).where(answering.c.call == call)
        return await self._database.read(lambda connection: bool(connection.execute(statement).scalar_one_or_none()))

    async def end(self, call: str, begun: float) -> bool:
        """Nobody can stop it any more. False: another attempt has begun since, and goes on."""
        ours = (answering.c.call == call, answering.c.begun == begun)
        gone = delete(answering).where(*ours, answering.c.stopped == 0)
        ended = update(answering).where(*ours).values(stopped=_ENDED)

        def work(connection: Connection) -> bool:
            return connection.execute(gone).rowcount + connection.execute(ended).rowcount == 1

        return await self._database.run(work)

    async def prune(self, before: float) -> int:
        """Forgets those that began before then, and never came to an end; says how many."""
        return await prune(self._database, answering, answering.c.begun < before)
