"""What a person typed, made harmless for the form it is printed in: one function per form.

Names, answers, titles and messages are data wherever they are shown. Nothing here decides what is shown, and nothing is
lost: a character that would act on the reader's terminal or page is shown as a picture or as its code. JSON is left to
`json`, which escapes everything beyond ASCII.
"""

import re

# Controls, bidirectional overrides, invisible and interlinear marks, lone surrogates, what is no character, tags. Joiners
# (200C, 200D) stay: Persian, the languages of India and emoji are written with them.
_acts = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_markdown = re.compile(
    r"[\\`*_{}\[\]<>#|~$&!]|(?<=https)(?=://)|(?<=http)(?=://)|(?<=ftp)(?=://)|(?<=www)(?=\.)", re.IGNORECASE
)
_block_start = re.compile(r"^(\d*)([-+=]|(?<=\d)[.)](?=\s|$))")
_latex = re.compile(r"[A-Za-z][\u0302\u0303\u0304]|[\\{}$&#%_^~<>|\"'`]|-(?=-)|[^\x00-\x7f]")
_ACCENTS = {"\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\="}  # a hat, a tilde, a bar above a letter
_LATEX = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": "'{}", "`": r"\textasciigrave{}",
    "-": "-{}", "…": r"\dots{}", "–": r"\textendash{}", "—": r"\textemdash{}",
    **{sign: f"${command}$" for sign, command in {
        "−": "-", "·": r"\cdot", "×": r"\times", "±": r"\pm", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx",
        "→": r"\to", "∞": r"\infty", "√": r"\surd", "∂": r"\partial", "∑": r"\sum", "‖": r"\Vert", "ᵀ": r"^{\top}",
        "∈": r"\in", "⊙": r"\odot", "′": "'", "✓": r"\surd", "✗": r"\times", "½": r"\tfrac12",
        **{raised: f"^{{{plain}}}" for raised, plain in zip("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789", strict=True)},
        **{lowered: f"_{{{plain}}}" for lowered, plain in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)},
        **{letter: "\\" + name for letter, name in zip(
            "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
            (  # noqa: SIM905
                "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
                "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
            ).split(), strict=True)},
    }.items()},
}  # fmt: skip

_xml = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_command = re.compile(r"(?<=:)(?=:)|(?<=##)(?=\[)")  # within the two ways to write a command to GitHub's runner
_FORMULA = "=+-@\t\r\n|%＝＋－＠"  # what a spreadsheet takes for the start of a formula or of a command

# For the preamble of a LaTeX document that holds escaped text: a character that the engine may have no glyph for.
LATEX_CHARACTER = (
    r"\newcommand{\character}[1]{\ifdefined\XeTeXversion\char\"#1\relax\else"
    r"\ifdefined\directlua\char\"#1\relax\else\texttt{U+#1}\fi\fi}"
).replace('\\"', '"')


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def terminal(text: str) -> str:
    r"""Text for a terminal, one line of it: no character moves the cursor, changes a colour or reverses a line.

    >>> terminal("a\x1b[31mb\n\u202e")
    'a␛[31mb␊\\u202e'
    """
    return text if text.isascii() and text.isprintable() else _acts.sub(_picture, text)


def markdown(text: str) -> str:
    """Text inside a line of Markdown: no markup, no HTML, no link, no table cell and no mention begins in it."""
    escaped = _markdown.sub(lambda match: "\\" + (match[0] or ""), terminal(text).strip())
    # A word joiner, which nobody sees: no backslash keeps GitHub from turning `@name` into a message to that person.
    return _block_start.sub(r"\1\\\2", escaped.replace("@", "@\u2060"))


def markdown_code(text: str) -> str:
    """Text as a code span of Markdown, also inside a table."""
    text = terminal(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return fence + room + text.replace("|", "\\|") + room + fence


def html(text: str) -> str:
    """Text for a page, in an element or in an attribute in double quotes.

    >>> html('<b a="1">')
    '&lt;b a=&quot;1&quot;&gt;'
    """
    return terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def xml(text: str) -> str:
    """Text for an XML document, as `html`; what XML has no way to say (controls, halves of a pair) is left out."""
    return html(_xml.sub("", text.replace("\n", " ")))


def page(text: str) -> str:
    r"""Plain text of several lines for the page of a platform: as `terminal`, line by line.

    >>> page("a\x1b[31mb\n\u202e")
    'a␛[31mb\n\\u202e'
    """
    return "\n".join(map(terminal, text.split("\n")))


def job_log(text: str) -> str:
    r"""Text that a program of somebody else prints to the log of a job: one line, in which no command to the job begins.

    >>> job_log("a\n::error::b ##[error]") == "a␊:\u2060:error:\u2060:b ##\u2060[error]"
    True
    """
    return _command.sub("\u2060", terminal(text))


def csv(text: str) -> str:
    """A field of a table that a spreadsheet opens, in quotes: text stays text and is never a formula.

    >>> print(csv("=1+1"), csv('a "b" c'))
    "'=1+1" "a ""b"" c"
    """
    if text.isalnum():
        return f'"{text}"'
    start = text.lstrip()[:1]
    risky = start != "" and (text[0] in _FORMULA or start in _FORMULA)
    return '"' + "'" * risky + terminal(text).replace('"', '""') + '"'


def workflow(text: str) -> str:
    r"""The message of a workflow command: on one line, as GitHub wants it.

    >>> workflow("50%\n::error::")
    '50%25%0A::error::'
    """
    return "%0A".join(terminal(line).replace("%", "%25") for line in text.split("\n"))


def workflow_property(text: str) -> str:
    """The value of a property of a workflow command.

    >>> workflow_property("a:b,c")
    'a%3Ab%2Cc'
    """
    return workflow(text).replace(":", "%3A").replace(",", "%2C")


def latex(text: str) -> str:
    r"""Text for the body of a LaTeX document, outside mathematics; needs `LATEX_CHARACTER` in the preamble.

    >>> latex(r"50% of $x_1$")
    '50\\% of \\$x\\_1\\$'
    """
    return _latex.sub(_latex_character, terminal(text))


def _latex_character(match: re.Match[str]) -> str:
    sign = match[0]
    if len(sign) == 2:
        return f"{_ACCENTS[sign[1]]}{{{sign[0]}}}"
    if sign in "{}$&#%_":
        return "\\" + sign
    if "\u00c0" <= sign <= "\u00ff":  # Western letters, which every engine has
        return _LATEX.get(sign, sign)
    return _LATEX.get(sign) or f"\\character{{{ord(sign):04X}}}"
