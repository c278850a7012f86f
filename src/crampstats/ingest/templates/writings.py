"""How programs write when a question is shown: REDCap, XLSForm, spreadsheets, and words on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crampstats.ingest.templates.conditions import Writing, box_name

COMPARED_WORDS = {
    "<": "below {}", "<=": "{} or less", ">": "above {}", ">=": "{} or more", "=": "{}", "<>": "not {}",
}


class RedcapWriting(Writing):
    """REDCap's branching logic."""

    def given(self, field: str) -> str:
        return f"[{field}] <> ''"

    def chosen(self, field: str, code: str) -> str:
        return f"[{field}] = '{code}'"

    def boxed(self, field: str, code: str) -> str:
        return f"[{field}({code})] = '1'"

    def unboxed(self, field: str, code: str) -> str:
        return f"[{field}({code})] = '0'"

    def compared(self, field: str, sign: str, limit: str) -> str:
        return f"[{field}] {sign} {limit}"


class XPathWriting(Writing):
    """XPath as XLSForm has it."""

    def given(self, field: str) -> str:
        return f"${{{field}}} != ''"

    def chosen(self, field: str, code: str) -> str:
        return f"${{{field}}} = '{code}'"

    def boxed(self, field: str, code: str) -> str:
        return f"selected(${{{field}}}, '{code}')"

    def unboxed(self, field: str, code: str) -> str:
        return f"not(selected(${{{field}}}, '{code}'))"

    def compared(self, field: str, sign: str, limit: str) -> str:
        return f"${{{field}}} {'!=' if sign == '<>' else sign} {limit}"


@dataclass(frozen=True)
class SheetWriting(Writing):
    """Formulas of a spreadsheet, for one row of it.

    Parameters
    ----------
    cells
        Heading to the cell of the row; a box has the heading `field___code`.
    wordings
        Of a field: code to the words its cells hold.
    """

    cells: Mapping[str, str]
    wordings: Mapping[str, Mapping[str, str]]

    def given(self, field: str) -> str:
        return f'{self.cells[field]}<>""'

    def chosen(self, field: str, code: str) -> str:
        words = self.wordings[field][code].replace('"', '""')
        return f'{self.cells[field]}="{words}"'

    def boxed(self, field: str, code: str) -> str:
        return f'{self.cells[box_name(field, code)]}<>""'

    def unboxed(self, field: str, code: str) -> str:
        return f'{self.cells[box_name(field, code)]}=""'

    def compared(self, field: str, sign: str, limit: str) -> str:
        return f"{self.cells[field]}{sign}{limit}"

    def join(self, word: str, parts: list[str]) -> str:
        return parts[0] if len(parts) == 1 else f"{word.upper()}({','.join(parts)})"


@dataclass(frozen=True)
class WordsWriting(Writing):
    """Plain words for a form on paper.

    Parameters
    ----------
    numbers
        Field to the number its question has.
    wordings
        Of a field: code to the words of the answer.
    """

    numbers: Mapping[str, int]
    wordings: Mapping[str, Mapping[str, str]]

    def given(self, field: str) -> str:
        return f"question {self.numbers[field]} is answered"

    def chosen(self, field: str, code: str) -> str:
        return f"question {self.numbers[field]} is “{self.wordings[field][code]}”"

    def choices(self, field: str, codes: tuple[str, ...]) -> list[str]:
        others = [code for code in self.wordings[field] if code not in codes]
        quoted = [f"“{self.wordings[field][code]}”" for code in (others if len(others) < len(codes) else codes)]
        listed = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
        return [f"question {self.numbers[field]} is {'not ' if len(others) < len(codes) else ''}{listed}"]

    def boxed(self, field: str, code: str) -> str:
        return f"“{self.wordings[field][code]}” is ticked in question {self.numbers[field]}"

    def unboxed(self, field: str, code: str) -> str:
        return f"“{self.wordings[field][code]}” is not ticked in question {self.numbers[field]}"

    def compared(self, field: str, sign: str, limit: str) -> str:
        return f"question {self.numbers[field]} is {COMPARED_WORDS[sign].format(limit)}"

    def join(self, word: str, parts: list[str]) -> str:
        told = [part for part in parts if not (word == "and" and part.endswith("is answered"))] or parts
        return told[0] if len(told) == 1 else f" {word} ".join(told)
