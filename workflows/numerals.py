"""Small numbers in letters, as sentences for people print them."""

from typing import Final

from workflows.sentences import Sentence

FEMININE: Final = (
    "zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
)


def in_letters(number: int, one: str = "une") -> str:
    """« deux », « dix »; figures beyond twelve. `one` is « un » before a masculine noun."""
    if number == 1:
        return one
    return FEMININE[number] if 0 <= number < len(FEMININE) else str(number)


def counted(number: int, one: str, many: str, article: str = "une") -> str:
    """« une place », « trois places »."""
    french = f"{in_letters(number, article)}\N{NO-BREAK SPACE}{one if number == 1 else many}"
    return Sentence.read_as(french, f"{{n:{one}|{many}}}", n=number)
