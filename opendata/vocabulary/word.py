"""One word of a closed list: its code, what it means and what to do, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One entry of a closed list.

    `vi` and `en` state the fact; `fix_vi` and `fix_en` say what the one who answers for the data
    can do about it. A sentence may hold `{field}`, `{value}`, `{row}`, filled by `say`.
    """

    code: str
    vi: str
    en: str
    fix_vi: str
    fix_en: str

    def say(self, language: str, **facts: object) -> str:
        """Return the sentence in `language` (`vi` or `en`) with its facts filled in."""
        sentence = self.vi if language == "vi" else self.en
        for name, value in facts.items():
            sentence = sentence.replace("{" + name + "}", str(value))
        return sentence

    def explain(self, language: str) -> str:
        """Return the fact and what to do about it, in `language`."""
        return f"{self.say(language)} {self.advise(language)}"

    def advise(self, language: str) -> str:
        """Return what to do, in `language` (`vi` or `en`)."""
        return self.fix_vi if language == "vi" else self.fix_en


def table(*words: Word) -> dict[str, Word]:
    """Return the words by their codes."""
    return {word.code: word for word in words}
