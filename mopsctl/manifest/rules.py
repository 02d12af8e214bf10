"""Every rule that loading can find broken, for `mopsctl explain` and for the documentation.

YM: the file and its YAML. MS: the shape of a document. RF: what documents say about each other. NV: environments and variables. TR: what a trusted revision
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mopsctl.diagnostics import Level


@dataclass(frozen=True, slots=True)
class LoadingRule:
    """One rule: its id, how bad it is to break it, what it asks, and why."""

    id: str
    level: Level
    title: str
    why: str


_ERRORS: Final = (
    ("YM001", "A file can be read.", "What is not read is not checked, and would look as if it had been taken out."),
    ("YM002", "A file is a regular file in the stack's folder.", "A link that leads out would bring in text nobody reviewed."),
    ("YM003", "A file has at most 4 MiB.", "A larger one is an export by mistake, and slows every run."),
    ("YM004", "A stack has at most 1,000 files and 32 MiB.", "A pattern that catches a whole disk is a mistake."),
    ("YM005", "A file is UTF-8 text without hidden characters.", "A character nobody sees makes two names differ that look alike."),
    ("YM006", "A file is YAML.", "One missing quote can move everything below it to another place."),
    ("YM007", "A file holds no tabs.", "YAML reads a tab in some places and refuses it in others."),
    ("YM008", "A key stands once.", "YAML readers keep the last one and say nothing."),
    ("YM009", "A value is written where it counts.", "A link changes lines that the reviewer does not see."),
    ("YM010", "A value has no tag.", "A tag makes a value mean something else than it says."),
    ("YM011", "A file holds one document.", "A second one is easily overlooked in a review."),
    ("YM012", "A file is not empty.", "An empty file is one whose content got lost."),
    ("YM013", "Nothing is nested more than 30 levels deep.", "Nobody can read it, and it can crash a reader."),
    ("YM014", "A key is a word.", "Braces or brackets without quotes turn a text into something else."),
    ("YM015", "Patterns stay in the stack's folder.", "A stack has to be complete in itself to be reviewed."),
    ("MS001", "Keys are known.", "A mistyped key would be ignored, and nothing would happen."),
    ("MS002", "What a row needs is there.", "Nothing can be left to a guess."),
    ("MS003", "A value is of the right sort.", "A number without quotes loses its leading zeros; a list is not a text."),
    ("MS004", "A value is one of those that mean something.", "Every other word would be ignored."),
    ("MS005", "A name has the form that all systems can hold.", "Names end up in addresses, plans and systems."),
    ("MS006", "A number is in its range.", "A limit of 0 or a share of 120 percent is a slip."),
    ("MS007", "A list is neither empty nor too long, and names nothing twice.", "An empty list reads like everything or nothing."),
    ("MS008", "Keys go together.", "Two ways to say one thing contradict each other sooner or later."),
    ("MS009", "A document says which kind it is.", "Without it nobody knows what its keys mean."),
    ("MS010", "A document says which version of the language it uses.", "So that a later version can change a meaning safely."),
    ("MS011", "A day is in the calendar.", "A review date that never comes is never missed."),
    ("RF001", "What a document names is declared.", "A name that leads nowhere changes nothing, without a word."),
    ("RF002", "A system is declared.", "A mistyped system would be left out of every plan."),
    ("RF003", "Two documents of a kind have two names.", "Nobody could tell which of them is meant."),
    ("RF004", "Two rows of a list have two keys.", "Plans, overrides and reports name rows by their key."),
    ("RF005", "Names do not lead in a circle.", "A circle has no beginning to work from."),
    ("RF006", "A folder holds a stack.", "Without mopsctl.yaml nobody knows which systems there are."),
    ("RF007", "A folder holds one stack.", "Two would have two records of what is theirs."),
    ("RF008", "A field lives on objects that its catalogue binds.", "Otherwise it would be nowhere, or somewhere unexpected."),
    ("RF009", "A lifecycle and its field name each other.", "One list of stages has to be the only one."),
    ("RF010", "A wording that is named is there.", "What people agreed to must be shown years later."),
    ("NV001", "A variable is declared.", "A mistyped one would put its own name into a system."),
    ("NV002", "A variable has a value.", "It has to be known before anything is planned."),
    ("NV003", "A variable has the type it is declared with.", "The same document has to work in every environment."),
    ("NV004", "A reference stands where it is allowed.", "What comes from outside must be easy to find."),
    ("NV005", "An environment variable is set.", "An empty value would be written instead."),
    ("NV006", "The environment exists.", "A plan for the wrong account is worse than none."),
    ("NV007", "An environment sets only variables of the stack.", "A mistyped name would leave the default in force."),
    ("NV008", "An override meets something.", "Otherwise the environment does not differ as its author believes."),
    ("NV009", "An override sets a single value.", "Whole branches that differ are how environments drift apart."),
    ("NV010", "A secret is named, not written.", "What is committed once can be read for ever."),
    ("NV011", "An environment variable is declared where it is used.", "A pull request could read any variable of the machine that checks it."),
    ("NV012", "A secret stands in a secret setting of a connection only.", "Anywhere else it ends up in plans, comments and systems."),
    ("NV013", "A secret is not declared as a plain name.", "What is declared may be seen by everybody."),
    ("NV014", "A plain name does not hold the value of a secret.", "The secret would be seen under another name."),
    ("NV015", "Credentials go to the vendor's hosts only.", "An address in a manifest could lead anywhere."),
    ("TR002", "The environment that is used is in the trusted revision.", "A new one could name any account, and any variable."),
    ("TR003", "What the trusted revision says is sound.", "It decides, so it has to be understood."),
)  # fmt: skip

RULES: Final = {
    rule.id: rule
    for rule in (
        *(LoadingRule(id_, "error", title, why) for id_, title, why in _ERRORS),
        LoadingRule(
            "TR001",
            "warning",
            "What the trusted revision decides is changed there.",
            "A pull request would choose its own limits and accounts.",
        ),
        LoadingRule(
            "YM016", "note", "An include pattern names files.", "A pattern that fits nothing is often mistyped."
        ),
        LoadingRule(
            "YM017", "warning", "Every manifest is read.", "A file that lies there unread looks as if it were in force."
        ),
    )
}
