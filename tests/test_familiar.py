"""A file like one before is bound without being read: to the very sheet that reading it would give, or not at all."""

import re
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import CLASS, ROOT, SHEETS, mutated

from rnn_hw.answers import Sheet, answer_file
from rnn_hw.checking import Binder, binding, familiar
from rnn_hw.errors import HomeworkError
from rnn_hw.problem import Problem, load_problem
from rnn_hw.source import parse

LSTM = ROOT / "problems" / "lstm_forward.yaml"
SHEET = """problem: lstm_forward.yaml
student: Ada Lovelace
answers:
  f[1]: 0.769
  f[2]: 0.25
  c[1]: -1.5e-1
  h[2]: see above
"""
WITH_LISTS = """# mine
student: Ada
answers:
  a: [[0.1, 0.2, 0.3], [1, 2, 3]]
  loss: 0.5
  z[1]: [.1, -2, +3]
"""


def read(binder: Binder, text: str) -> Sheet:
    return binder.bind(answer_file(parse(text, "answers.yaml")))


def learnt(*texts: str, problem: Problem | None = None) -> Binder:
    """A binder that has read some files."""
    binder = Binder(problem or load_problem(LSTM))
    for text in texts:
        file = answer_file(parse(text, "answers.yaml"))
        binder.remember(file, binder.bind(file))
    return binder


def same(one: Sheet, other: Sheet) -> bool:
    return one._replace(numbers=other.numbers, rest={}) == other._replace(rest={}) and str(one.entries) == str(
        other.entries
    )


def is_familiar(binder: Binder, text: str) -> bool:
    """Whether it is bound without being read; then as if it had been."""
    sheet = binder.again(text.encode(), "answers.yaml")
    if sheet is None:
        return False
    assert same(sheet, read(Binder(binder.targets.problem), text))
    return True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.769", "0.231"), ("0.25", "-7"), ("-1.5e-1", "123456.789"), ("0.769", ".5"), ("0.769", "5."),
        ("Ada Lovelace", "Grace Hopper"), ("Ada Lovelace", "Zoë O'Neil-Çelik, B. Sc."), ("Ada Lovelace", "12345"),
        ("\n", "\r\n"), ("0.769", "    0.231   "), ("Lovelace", "Byron  "),
    ],
)  # fmt: skip
def test_numbers_and_names_are_not_read_again(old: str, new: str) -> None:
    assert is_familiar(learnt(SHEET), SHEET.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.769", "0,769"), ("0.769", "-"), ("0.769", "--5"), ("0.769", "1e999"), ("0.769", "..."), ("0.769", ""),
        ("0.769", "- 5"), ("0.769", "1" * 500), ("0.769", "٣"), ("0.769", "0.7 # or 0.8"), ("0.769", '"0.769"'),
        ("0.769", "0.5#"), ("0.769", "0.5\t"), (" 0.769", "\t0.5"), ("Lovelace", "Lovelace#"),
        ("Ada Lovelace", "null"), ("Ada Lovelace", "~"), ("Ada Lovelace", '"Ada"'), ("Ada Lovelace", "a: b"),
        ("Ada Lovelace", "Ada # 1"), ("Ada Lovelace", "- Ada"), ("Ada Lovelace", "&a Ada"), ("Ada Lovelace", "A" * 300),
        ("see above", "see below"), ("f[2]", "f[3]"), ("  f[2]", "\n  f[2]"), ("f[2]: 0.25\n", ""),
        ("see above\n", "see above"), ("lstm", "LSTM"),
    ],
)  # fmt: skip
def test_anything_else_is(old: str, new: str) -> None:
    assert not is_familiar(learnt(SHEET), SHEET.replace(old, new))


def test_the_comments_of_a_template_may_stand_behind_numbers_wherever_these_end() -> None:
    text = "student: Ada  # your name\nanswers:\n  f[1]: 0.769   # a number, 3 decimals\n  f[2]: 0.25  # a number\n"
    assert is_familiar(learnt(text), text.replace("Ada ", "Ben").replace("0.769", "-0.2").replace("0.25 ", "0.251"))


def test_a_file_without_a_name_is_not_taken_for_one_with_a_name() -> None:
    binder = learnt("student: Ada\nanswers:\n  f[1]: 0.769\n")
    assert binder.again(b"\nanswers:\n  f[1]: 0.5\n", "answers.yaml") is None


def test_a_text_that_ends_with_the_file_is_not_one_with_a_line_end_behind_it() -> None:
    binder = learnt("answers:\n  f[1]: 0.769\nproblem: |\n  lstm_forward.yaml")
    assert binder.familiar.forms
    assert not is_familiar(binder, "answers:\n  f[1]: 0.769\nproblem: |\n  lstm_forward.yaml\n")
    assert is_familiar(binder, "answers:\n  f[1]: 0.2\nproblem: |\n  lstm_forward.yaml")


@pytest.mark.parametrize(
    ("problem", "one", "other"),
    [
        ("rnn_by_hand_formulas", "answers:\n  dW_a_formula[1]: 0\nstudent: Ada", "0 7"),
        ("lstm_claims", "answers:\n  a: False\n  b: False\nstudent: 1234", "1234 5678"),
        ("lstm_claims", "answers:\n  a: False\n  b: False\nstudent: Ada\n", "Ada Ben"),
        ("binary_addition", "answers:\n  W: [[1, 1], [1, 1], [1, 1]]\n  b_h: [0, 0, -1]\nstudent: Ada", "Ada Ben"),
        ("lstm_forward", "answers:\n  f[1]: 0.769\nstudent: Ada", "0.769 0.5"),
    ],
)
def test_the_name_may_stand_last(problem: str, one: str, other: str) -> None:
    binder = learnt(one, problem=load_problem(ROOT / "problems" / f"{problem}.yaml"))
    for text in (one, one.replace(*other.split()), one + "\n", one.replace(*other.split()) + "\n"):
        is_familiar(binder, text)  # then it is what reading it gives


@pytest.mark.parametrize("beside", ["i[1]: 0.250", "o[2]: see above"])
def test_a_carriage_return_alone_ends_a_line_of_yaml(beside: str) -> None:
    """Two answers on what is one line here, and a comment further down that makes up for it: the lines below are moved."""
    odd = f"student: ann\nanswers:\n  f[1]: 0.769 # x\r  {beside}\n  o[1]: 0.978\n  # end\n"
    binder = learnt(odd, "student: ben\nanswers:\n  f[1]: 0.769\n")
    is_familiar(binder, "student: cem\nanswers:\n  f[1]: 0.769\n  o[1]: 0.978\n")
    is_familiar(binder, "student: cem\nanswers:\n  f[1]: 0.769\n  # end\n")
    assert not is_familiar(binder, odd.replace("0.978", "0.879"))


def test_what_is_too_large_is_left_to_the_reader() -> None:
    """A million spaces are no number, but they may stand behind one."""
    binder = learnt(SHEET)
    assert is_familiar(binder, SHEET.replace("0.769", "0.769" + " " * 1000))
    assert not is_familiar(binder, SHEET.replace("0.769", "0.769" + " " * (1 << 20)))


def test_what_is_no_utf_8_is_left_to_the_reader() -> None:
    assert learnt(SHEET).again(SHEET.encode().replace(b"Ada", b"\xffda"), "answers.yaml") is None


def test_lists_are_not_read_again() -> None:
    found = load_problem(ROOT / "problems" / "rnn_by_hand.yaml")
    keys = {line.key for line in found.lines}
    vectors = [k for k in ("a[1]", "a[2]", "x_hat[1]") if k in keys][:1]
    text = "student: Ada\nanswers:\n" + "".join(f"  {k}: [0.1, -2, .3]\n" for k in vectors)
    binder = learnt(text, problem=found)
    assert vectors
    assert is_familiar(binder, text.replace("-2", "0.25").replace("0.1", "1e-3"))
    assert not is_familiar(binder, text.replace("-2", "[0.25]"))
    assert not is_familiar(binder, text.replace("-2", "0.25, 1"))


def test_the_name_of_a_file_that_names_nobody_is_not_that_of_another() -> None:
    quoted = SHEET.replace("Ada Lovelace", "'[red]x[/red]'")
    binder = learnt(quoted)
    again = binder.again(quoted.replace("0.769", "0.231").encode(), "answers.yaml")
    assert again is not None
    assert again.student == "[red]x[/red]"
    assert binder.again(SHEET.encode(), "answers.yaml") is None


@pytest.mark.parametrize(
    "text",
    [
        SHEET.replace("  f[2]", "  # it was: 5\n  f[2]"),  # a number in a comment
        SHEET.replace("0.25\n", "0.25\n    0.26\n"),  # one value on two lines
        SHEET.replace("see above", "|\n    a: 5\n    b: 6"),  # numbers within a text
        SHEET.replace("see above", '"a: 5\n    b: 6\n    "'),
        SHEET.replace("see above", "[1, 2, 3]"),  # numbers that are no answer to the line
        SHEET.replace("f[2]", "f[9]"),  # a line that is to be reported
    ],
)
def test_numbers_that_are_no_answers_make_no_form(text: str) -> None:
    binder = learnt(text)
    assert not binder.familiar.forms
    assert not is_familiar(binder, text.replace("5", "7"))


# --- files made of lines that were read ----------------------------------------------------------------------------------

HEAD = SHEET.partition("answers:\n")[0] + "answers:\n"
LINES = SHEET.removeprefix(HEAD).splitlines(keepends=True)
OTHER = SHEET.replace("see above", "~").replace("f[2]: 0.25", "o[2]:").replace("c[1]", "'g[1]'")


@pytest.mark.parametrize("kept", ["0", "3", "01", "10", "321", "1302", "4", "46", "5", "614", "021564"])
def test_lines_may_be_left_out_exchanged_and_taken_from_several_files(kept: str) -> None:
    binder = learnt(SHEET, OTHER)
    lines = [*LINES, *(line for line in OTHER.removeprefix(HEAD).splitlines(keepends=True) if line not in LINES)]
    lines = [line.replace("0.769", "-4.5") for line in lines]
    text = HEAD.replace("Ada Lovelace", "Grace Hopper") + "".join(lines[int(k)] for k in kept)
    assert is_familiar(binder, text)
    assert is_familiar(binder, text.replace("-4.5", "0.1"))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LINES[0] + LINES[1] + LINES[0],  # a key twice
        HEAD + LINES[0] + "".join(LINES[1:]).replace("  ", " "),  # another indentation
        HEAD + LINES[0] + LINES[1] + "problem: x.yaml\n",
        HEAD + LINES[0] + "\n" + LINES[1],
        HEAD + LINES[0] + "    " + LINES[1].lstrip(),  # goes on in the next line
        HEAD + LINES[0] + LINES[1].rstrip(),
        HEAD + LINES[0] + LINES[1].replace("0.25", "\0"),
        HEAD + LINES[0] + LINES[1].replace("0.25", "0.25 0.25"),
        HEAD.replace("lstm_forward", "adam_step") + LINES[0],
        HEAD.replace("answers:", "answers: # mine") + LINES[0],
        HEAD,
        "answers:\n" + LINES[0],
    ],
)  # fmt: skip
def test_other_files_of_these_lines_are_read(text: str) -> None:
    binder = learnt(SHEET, OTHER)
    assert binder.again(text.encode(), "answers.yaml") is None


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("  h[1]: |\n", "  h[1]: |\n"),
        ("  h[1]: >-\n", "  h[1]: >-\n"),
        ("  ? h[1]\n", "  ? h[1]\n"),
        ("  h[1]: {a: 1}\n", "  h[1]: {a: 1}\n"),
        ('  h[1]: "a\n    b"\n', '  h[1]: "a\n'),
        ("  h[1]: a\n    b\n", "  h[1]: a\n"),
        ("  h[9]: a\n", "  h[9]: a\n"),
    ],
)
def test_half_a_value_is_no_line(more: str, line: str) -> None:
    binder = learnt(SHEET, SHEET + more)
    for text in (HEAD + line, HEAD + LINES[0] + line, HEAD + line + LINES[0]):
        assert binder.again(text.encode(), "answers.yaml") is None


def test_an_answer_to_a_whole_sequence_is_not_one_beside_a_part_of_it() -> None:
    binder = learnt(HEAD + "  f: [0.769, 0.25]\n  o[1]: 0.5\n", SHEET)
    assert is_familiar(binder, HEAD + "  o[1]: 7\n  f: [0.1, 0.2]\n")
    assert binder.again((HEAD + "  f: [0.1, 0.2]\n" + LINES[0]).encode(), "answers.yaml") is None


def test_the_name_that_is_no_plain_one_belongs_to_the_head() -> None:
    binder = learnt(SHEET.replace("Ada Lovelace", "'[red]x[/red]'"), SHEET)
    text = HEAD.replace("Ada Lovelace", "'[red]x[/red]'") + LINES[2]
    again = binder.again(text.encode(), "answers.yaml")
    assert again is not None
    assert again.student == "[red]x[/red]"
    assert is_familiar(binder, HEAD + LINES[2])


# --- bounds, and whatever else ------------------------------------------------------------------------------------------


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(familiar, "MOST_TEXT", 3 * len(SHEET))
    binder = Binder(load_problem(LSTM))
    for k in range(20):
        file = answer_file(parse(SHEET.replace("see above", f"see line {k}"), "answers.yaml"))
        binder.remember(file, binder.bind(file))
        assert 0 < len(binder.familiar.forms) <= 3
    file = answer_file(parse(SHEET.replace("see above", "far above " * 100), "answers.yaml"))
    binder.remember(file, binder.bind(file))
    assert len(binder.familiar.forms) <= 3
    monkeypatch.setattr(binding, "MOST_REMEMBERED", 10)
    for k in range(100):
        assert is_familiar(binder, SHEET.replace("see above", "see line 19").replace("0.769", f"0.{k}1"))
        assert len(binder.table) <= 14


PIECES = ["0", "1", "9", ".", "-", "+", "e", "E", "E5", "0.5", "-0.5"]


def rearranged(data: bytes, random: Random) -> bytes:
    """The same file with its first lines at its end, or without the end of its last line."""
    head, answers, body = data.partition(b"answers:\n")
    if random.random() < 0.3:
        data = answers + body.rstrip(b"\n") + b"\n" + head
    return data.rstrip(b"\n") if random.random() < 0.3 else data


def other_numbers(text: str, random: Random) -> str:
    """The same file with other things in the place of numbers, and another name."""
    if random.random() < 0.5:
        name = random.choice(["Ben", "null", "B: c", "7", "-", "x'y", "#", "é", "A  b", "a b ", "[x]", "1.", "yes"])
        text = re.sub(r"(?m)^student: .*$", lambda _: f"student: {name}", text)
    wild = random.random() < 0.3

    def other(found: re.Match[str]) -> str:
        if wild and random.random() < 0.2:
            return "".join(random.choices(PIECES, k=random.randint(1, 4)))
        return random.choice(["0.5", "-1.25", "3", "1e-3", "+.5"])

    return re.sub(r"(?<=: )[-+\d., \[\]]+(?=\n)", lambda value: re.sub(r"[-+]?[\d.]+", other, value[0]), text)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_file_is_bound_to_another_sheet_than_reading_it_gives(random: Random) -> None:
    path = random.choice([*SHEETS, *CLASS])
    data = rearranged(path.read_bytes(), random)
    if random.random() < 0.7:
        data = mutated(data, random.randint, 2)
    try:
        file = answer_file(parse(data, str(path)))
        problem = load_problem(file.problem_path or "")
    except HomeworkError:
        return
    if not isinstance(problem, Problem):
        return
    binder = Binder(problem)
    binder.remember(file, binder.bind(file))
    lines = file.document.text.splitlines(keepends=True)
    for _ in range(2):
        with suppress(HomeworkError):  # a second file to take lines from
            other = answer_file(parse(mutated(path.read_bytes(), random.randint, 1), str(path)))
            binder.remember(other, binder.bind(other))
            lines += other.document.text.splitlines(keepends=True)
    for _ in range(5):
        is_familiar(binder, other_numbers(file.document.text, random))
        is_familiar(binder, other_numbers(other_lines(lines, file.document.text, random), random))


def other_lines(lines: list[str], text: str, random: Random) -> str:
    """A file of the same beginning and other lines."""
    head, answers, body = text.partition("answers:\n")
    own = body.splitlines(keepends=True) if random.random() < 0.7 else lines
    return head + answers + "".join(random.sample(own, random.randint(0, len(own))))
