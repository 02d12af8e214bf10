"""Formulas as Salesforce reads them: a parser, the checks of its compiler, and an evaluator for records.

Written without a look at the adapter's own formula writer, so that one can test the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST_SOURCE = 3_900
# Texts stand in double or single quotes; a name may lead over relationships, `Account.Industry`, `Owner:User.Email`.
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?|\.\d+)"""
    r"|(?P<name>\$?[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*)?)"
    r"|(?P<sign>\|\||&&|<>|!=|<=|>=|==|[-+*/^&=<>(),!]))"
)
_COMPARING = frozenset({"=", "==", "<>", "!=", "<", ">", "<=", ">="})
_LEVELS = (("||",), ("&&",), tuple(_COMPARING), ("+", "-", "&"), ("*", "/"), ("^",))


class FormulaError(Exception):
    """The compiler refuses the formula; the text is the one Salesforce shows."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, TRUE or FALSE, or NULL."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or a global such as `$Permission.x`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; signs are functions of two arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Literal | Name | Call
Fields = Mapping[str, str]
"""Field name to the type formulas give it: Text, Number, Boolean, Date, DateTime, Picklist, Multi, LongText."""


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens = self._split(source)
        self._at = 0

    @staticmethod
    def _split(source: str) -> list[tuple[str, str]]:
        tokens, at = [], 0
        while source[at:].strip():
            found = _TOKEN.match(source, at)
            if found is None:
                raise FormulaError(f"Syntax error. Found '{source[at:].strip()[:1]}'")
            tokens.append((str(found.lastgroup), str(found.group(str(found.lastgroup)))))
            at = found.end()
        return tokens

    def parse(self) -> Node:
        node = self._level(0)
        if self._at < len(self._tokens):
            raise FormulaError(f"Syntax error. Extra '{self._tokens[self._at][1]}'")
        return node

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, expected: str) -> None:
        if self._next() != expected:
            raise FormulaError(f"Syntax error. Missing '{expected}'")
        self._at += 1

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._level(level + 1)
        while self._next() in _LEVELS[level] and self._tokens[self._at][0] == "sign":
            sign = self._next()
            self._at += 1
            node = Call({"==": "=", "!=": "<>"}.get(sign, sign), (node, self._level(level + 1)))
        return node

    def _unary(self) -> Node:
        if self._next() in ("-", "!"):
            sign = self._next()
            self._at += 1
            return Call("NOT" if sign == "!" else "NEGATE", (self._unary(),))
        return self._atom()

    def _atom(self) -> Node:
        if self._at >= len(self._tokens):
            raise FormulaError("Syntax error")
        kind, value = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return Literal(float(value))
        if kind == "text":
            return Literal(re.sub(r"\\(.)", r"\1", value[1:-1]))
        if value == "(":
            node = self._level(0)
            self._take(")")
            return node
        if kind == "name":
            return self._call(value.upper()) if self._next() == "(" else self._name(value)
        raise FormulaError(f"Syntax error. Found '{value}'")

    @staticmethod
    def _name(value: str) -> Node:
        known: Mapping[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}
        return Literal(known[value.upper()]) if value.upper() in known else Name(value)

    def _call(self, function: str) -> Node:
        self._take("(")
        arguments: list[Node] = []
        while self._next() != ")":
            arguments.append(self._level(0))
            if self._next() != ")":
                self._take(",")
        self._take(")")
        return Call(function, tuple(arguments))


def parse(source: str) -> Node:
    """The tree of a formula. Raises FormulaError."""
    if len(source) > LONGEST_SOURCE:
        raise FormulaError(
            f"Formula is too long ({len(source)} characters).  Maximum length is {LONGEST_SOURCE} characters"
        )
    return _Parser(source).parse()


def names(node: Node) -> set[str]:
    """Every field and global the formula reads."""
    match node:
        case Name(name):
            return {name}
        case Call(_, arguments):
            return {name for each in arguments for name in names(each)}
        case _:
            return set()


_CHECKED_FOR_EMPTY = frozenset({"ISPICKVAL", "INCLUDES", "=", "<>"})


def compiled_size(node: Node, of_field: Callable[[str], int]) -> int:
    """About the length of the SQL that a formula becomes; `of_field` gives that of a field, which counts each time it is read."""
    match node:
        case Literal(value):
            return len(str(value)) + 2 if isinstance(value, str) else len(f"{value:g}" if value is not None else "NULL")
        case Name(name):
            return 0 if name.startswith("$") else of_field(name)
        case Call(function, arguments):
            return _compiled_call(function, [compiled_size(each, of_field) for each in arguments])


def _compiled_call(function: str, sizes: list[int]) -> int:
    """A field is read twice where it is compared: once to see whether it is empty."""
    if function == "CASE":
        lines = (len(sizes) - 2) // 2
        return (
            lines * (2 * sizes[0] + len("WHEN ( IS NOT NULL AND  = ) THEN  ")) + sum(sizes[1:]) + len("CASE  ELSE  END")
        )
    if function in _CHECKED_FOR_EMPTY and len(sizes) == 2:
        return 2 * sizes[0] + sizes[1] + len("( IS NOT NULL AND  = )")
    around = {"IF": len("CASE WHEN  THEN  ELSE  END"), "CONTAINS": len("NVL(INSTR(, ), 0) > 0"), "TEXT": 30, "DATE": 30}
    return around.get(function, 9) + sum(sizes)


_PICKLIST_FUNCTIONS = frozenset(
    {"ISPICKVAL", "CASE", "TEXT", "PRIORVALUE", "ISCHANGED", "INCLUDES", "ISBLANK", "ISNULL"}
)
_SIGNATURES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "LEFT": (("Text", "Number"), "Text"),
    "RIGHT": (("Text", "Number"), "Text"),
    "MID": (("Text", "Number", "Number"), "Text"),
    "VALUE": (("Text",), "Number"),
    "MOD": (("Number", "Number"), "Number"),
    "FLOOR": (("Number",), "Number"),
    "CEILING": (("Number",), "Number"),
    "MONTH": (("Date",), "Number"),
    "DAY": (("Date",), "Number"),
    "YEAR": (("Date",), "Number"),
    "WEEKDAY": (("Date",), "Number"),
    "ADDMONTHS": (("Date", "Number"), "Date"),
    "CASESAFEID": (("Text",), "Text"),
    "BR": ((), "Text"),
    "ISPICKVAL": (("Picklist", "Text"), "Boolean"),
    "INCLUDES": (("Multi", "Text"), "Boolean"),
    "CONTAINS": (("Text", "Text"), "Boolean"),
    "BEGINS": (("Text", "Text"), "Boolean"),
    "REGEX": (("Text", "Text"), "Boolean"),
    "LOWER": (("Text",), "Text"),
    "UPPER": (("Text",), "Text"),
    "TRIM": (("Text",), "Text"),
    "LEN": (("Text",), "Number"),
    "SUBSTITUTE": (("Text", "Text", "Text"), "Text"),
    "ROUND": (("Number", "Number"), "Number"),
    "ABS": (("Number",), "Number"),
    "NEGATE": (("Number",), "Number"),
    "DATE": (("Number", "Number", "Number"), "Date"),
    "DATETIMEVALUE": (("Text",), "DateTime"),
    "TODAY": ((), "Date"),
    "NOW": ((), "DateTime"),
    "ISNEW": ((), "Boolean"),
    "NOT": (("Boolean",), "Boolean"),
}
_RULE_ONLY = frozenset({"REGEX", "ISCHANGED", "PRIORVALUE", "ISNEW"})


class Checker:
    """Gives every part its type, or refuses as the compiler does; `rule` is true in a validation rule."""

    def __init__(self, fields: Fields, *, rule: bool, permissions: frozenset[str] = frozenset()) -> None:
        self._fields = {name.lower(): kind for name, kind in fields.items()}
        self._rule = rule
        self._permissions = permissions

    def check(self, node: Node, *, inside: str = "") -> str:
        """The type of the part."""
        match node:
            case Literal(value):
                kinds: Mapping[type, str] = {bool: "Boolean", float: "Number", str: "Text"}
                return kinds.get(type(value), "Null")
            case Name(name):
                return self._name(name, inside)
            case Call(function, arguments):
                return self._call(function, arguments)

    def _name(self, name: str, inside: str) -> str:
        if name.startswith("$Permission."):
            if name.partition(".")[2] not in self._permissions:
                raise FormulaError(f"Field {name} does not exist. Check spelling.")
            return "Boolean"
        if "." in name or ":" in name:
            return self._over_relationships(name)
        kind = self._fields.get(name.lower())
        if kind is None or kind == "LongText":
            raise FormulaError(f"Field {name} does not exist. Check spelling.")
        if kind in ("Picklist", "Multi") and inside not in _PICKLIST_FUNCTIONS:
            raise FormulaError(
                f"Field {name} is a picklist field. Picklist fields are only supported in certain functions."
            )
        return "Number" if kind == "Percent" else kind

    def _over_relationships(self, name: str) -> str:
        """A field of a related record: the relationship must be one of the object's; this stand-in takes the rest as it is."""
        first = re.split(r"[.:]", name)[0]
        lookups = (f"{first}Id", first.removesuffix("__r") + "__c")
        if first.startswith("$") or any(each.lower() in self._fields for each in lookups):
            return "Any"
        raise FormulaError(f"Field {first} does not exist. Check spelling.")

    def _call(self, function: str, arguments: tuple[Node, ...]) -> str:
        if function in _RULE_ONLY and not self._rule:
            raise FormulaError(f"Function {function} may not be used in this type of formula")
        kinds = [self.check(each, inside=function) for each in arguments]
        if function in _SIGNATURES:
            wanted, result = _SIGNATURES[function]
            self._expect(function, wanted, kinds)
            return result
        special: Mapping[str, Callable[[str, list[str]], str]] = {
            "IF": self._if,
            "CASE": self._case,
            "AND": self._all_boolean,
            "OR": self._all_boolean,
            "&&": self._all_boolean,
            "||": self._all_boolean,
            "MIN": self._all_numbers,
            "MAX": self._all_numbers,
            "TEXT": lambda name, given: self._one(name, given, "Text"),
            "ISBLANK": self._blank,
            "ISNULL": self._blank,
            "ISCHANGED": lambda name, given: self._one(name, given, "Boolean"),
            "PRIORVALUE": lambda name, given: self._one(name, given, given[0] if given else ""),
            "&": self._joined,
            "BLANKVALUE": self._filled,
            "NULLVALUE": self._filled,
            "DATEVALUE": self._date_of,
            "HYPERLINK": lambda name, given: self._texts(name, given, 2, 3),
            "IMAGE": lambda name, given: self._texts(name, given[:2], 2, 4),
        }
        if function in special:
            return special[function](function, kinds)
        if function in _COMPARING:
            return self._compare(function, kinds)
        if function in ("+", "-", "*", "/", "^"):
            return self._arithmetic(function, kinds)
        raise FormulaError(f"Unknown function {function}. Check spelling.")

    def _expect(self, function: str, wanted: tuple[str, ...], kinds: list[str]) -> None:
        if len(kinds) != len(wanted):
            raise FormulaError(
                f"Incorrect number of parameters for function '{function}()'. Expected {len(wanted)}, received {len(kinds)}"
            )
        for want, have in zip(wanted, kinds, strict=True):
            if have not in (want, "Null", "Any") and want != "Any":
                raise FormulaError(
                    f"Incorrect parameter type for {self._said(function)}. Expected {want}, received {have}"
                )

    @staticmethod
    def _said(function: str) -> str:
        return f"function '{function}()'" if function[0].isalpha() else f"operator '{function}'"

    def _one(self, function: str, kinds: list[str], result: str) -> str:
        if len(kinds) != 1:
            raise FormulaError(
                f"Incorrect number of parameters for function '{function}()'. Expected 1, received {len(kinds)}"
            )
        return result

    def _blank(self, function: str, kinds: list[str]) -> str:
        if kinds[:1] in (["Picklist"], ["Boolean"]):
            raise FormulaError(
                f"Incorrect parameter type for function '{function}()'. Expected Object, received {kinds[0]}"
            )
        return self._one(function, kinds, "Boolean")

    def _if(self, function: str, kinds: list[str]) -> str:
        if len(kinds) != 3:
            raise FormulaError(f"Incorrect number of parameters for function 'IF()'. Expected 3, received {len(kinds)}")
        self._expect(function, ("Boolean", kinds[1], kinds[1] if kinds[1] != "Null" else kinds[2]), kinds)
        return kinds[2] if kinds[1] == "Null" else kinds[1]

    def _case(self, function: str, kinds: list[str]) -> str:
        if len(kinds) < 4 or len(kinds) % 2:
            raise FormulaError(f"Incorrect number of parameters for function '{function}()'. Expected an even number")
        subject = "Text" if kinds[0] == "Picklist" else kinds[0]
        for place, kind in enumerate(kinds[1:-1]):
            wanted = subject if place % 2 == 0 else kinds[2]
            if kind not in (wanted, "Null", "Any") and wanted != "Any":
                raise FormulaError(
                    f"Incorrect parameter type for function 'CASE()'. Expected {wanted}, received {kind}"
                )
        return kinds[2]

    def _all_boolean(self, function: str, kinds: list[str]) -> str:
        if not kinds:
            raise FormulaError(f"Incorrect number of parameters for function '{function}()'. Expected 1, received 0")
        self._expect(function, ("Boolean",) * len(kinds), kinds)
        return "Boolean"

    def _all_numbers(self, function: str, kinds: list[str]) -> str:
        self._expect(function, ("Number",) * len(kinds), kinds)
        return "Number"

    def _filled(self, function: str, kinds: list[str]) -> str:
        if len(kinds) != 2:
            raise FormulaError(
                f"Incorrect number of parameters for function '{function}()'. Expected 2, received {len(kinds)}"
            )
        self._expect(function, (kinds[0], kinds[0]), kinds)
        return kinds[1] if kinds[0] in ("Null", "Any") else kinds[0]

    def _date_of(self, function: str, kinds: list[str]) -> str:
        if kinds not in (["DateTime"], ["Null"]):
            self._expect(function, ("Text",), kinds)
        return "Date"

    def _texts(self, function: str, kinds: list[str], least: int, most: int) -> str:
        if not least <= len(kinds) <= most:
            raise FormulaError(
                f"Incorrect number of parameters for function '{function}()'. Expected {least}, received {len(kinds)}"
            )
        self._expect(function, ("Text",) * len(kinds), kinds)
        return "Text"

    def _joined(self, function: str, kinds: list[str]) -> str:
        self._expect(function, ("Text", "Text"), kinds)
        return "Text"

    def _compare(self, function: str, kinds: list[str]) -> str:
        left, right = kinds
        if not {"Null", "Any"} & set(kinds) and left != right:
            raise FormulaError(f"Incorrect parameter type for operator '{function}'. Expected {left}, received {right}")
        return "Boolean"

    def _arithmetic(self, function: str, kinds: list[str]) -> str:
        left, right = kinds
        if "Any" in kinds:
            return "Number" if left == right else left if right == "Any" else right
        if function in ("+", "-") and left in ("Date", "DateTime"):
            return "Number" if left == right else left
        if function == "+" and left == right == "Text":
            return "Text"
        self._expect(function, ("Number", "Number"), kinds)
        return "Number"
