"""The addresses in a text."""

from commands.links import addresses

OK = "https://docs.acme.test/a?b=c"


def test_addresses_are_those_that_stand_there() -> None:
    assert addresses(f"{OK}, http://a.test and (https://b.test/c). ftp://d.test", f"**{OK}**", "<https://e.test>") == (
        OK,
        "http://a.test",
        "https://b.test/c",
        "https://e.test",
    )
