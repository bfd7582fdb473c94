"""What an answer may not name: forty texts, ten of which say nothing that they should not."""

import pytest

from review.content import copied_run
from review.mentions import country_in, date_in, file_in, person_in
from review.mentions.runs import first_place
from review.pseudonyms import words
from templates import languages

# A case: its account, the names given for persons, and its files.
ACCOUNT = [
    "They came to my sister's house two days after the meeting and asked for the papers.",
    "Двое мужчин ждали у дома моей сестры каждый вечер после работы.",
    "昨天他们来到我姐姐的家里问文件在哪里。",
    "جاؤوا إلى بيت أختي بعد يومين من الاجتماع وسألوا عن الأوراق.",
]
PERSONS = ["my cousin Amina Belkacem; Dr. Okoro", "A, B", "李建华、王芳", "سميرة حداد"]
FILES = ["IMG_2034.jpg", "letter.pdf", "summons from court.png", "法院传票.jpg"]

# The answer, what is found, and the words of it.
FOUND = [
    ("We read that two days after the meeting and later they returned.", "copied", "two days after the meeting and"),
    ("Ils ont écrit « came to my sister's house two days » dans la note.", "copied", "came to my sister's house two"),
    ("Мы поняли, что ждали у дома моей сестры каждый день.", "copied", "ждали у дома моей сестры каждый"),
    ("我们知道他们来到我姐姐的家里问文件的事。", "copied", "他们来到我姐姐的家里问文"),
    ("قرأنا: جاؤوا إلى بيت أختي بعد يومين.", "copied", "جاؤوا إلى بيت أختي بعد يومين"),
    ("Is Amina safe where she is now?", "person", "Amina"),
    ("Please tell OKORO that we wrote.", "person", "OKORO"),
    ("Belkacem, the cousin, may write to us.", "person", "Belkacem"),
    ("我们想知道王芳现在是否安全。", "person", "王芳"),
    ("هل سميرة حداد في أمان؟", "person", "سميرة حداد"),
    ("The picture IMG_2034 did not open.", "file", "IMG_2034"),
    ("We looked at letter.pdf with care.", "file", "letter.pdf"),
    ("Who gave you the summons from court?", "file", "summons from court"),
    ("我们看不到法院传票.jpg。", "file", "法院传票.jpg"),
    ("We will not write to the authorities of Iran.", "country", "Iran"),
    ("The office in Côte d'Ivoire is closed.", "country", "Côte d'Ivoire"),
    ("Nos collègues au Pérou peuvent aider.", "country", "Pérou"),
    ("Hay una oficina en los Estados Unidos.", "country", "Estados Unidos"),
    ("Есть ли у вас родные в Южной Корее?", "country", "Южной Корее"),
    ("Мы не будем писать властям России.", "country", "России"),
    ("لن نكتب إلى السلطات بمصر.", "country", "بمصر"),
    ("هل يمكنكم السفر للعراق؟", "country", "للعراق"),
    ("您在越南有律师吗？", "country", "越南"),
    ("Somebody in the UK could help.", "country", "UK"),
    ("What happened on 3 November?", "date", "3 November"),
    ("Que s'est-il passé le 1er mars 2026 ?", "date", "1er mars 2026"),
    ("¿Qué pasó el 14 de agosto?", "date", "14 de agosto"),
    ("Что случилось 5 мая?", "date", "5 мая"),
    ("ماذا حدث يوم ٣ تشرين الثاني؟", "date", "٣ تشرين الثاني"),
    ("2026年11月3日发生了什么？", "date", "2026年11月3日"),
]
PASSING = [
    "Your message has been opened by the person it was meant for. Please look again after about 3 weeks.",
    "We got your letter. If it is safe, tell us what they said to you, in your own words. You can skip any question.",
    "Nous ne contacterons pas l'État. Cela ne change rien à ce que vous pouvez encore nous dire.",
    "Con lo que tenemos no pudimos confirmar lo suficiente. Esto no significa que no le creamos.",
    "Того, что у нас есть, мало. Вы можете дополнить это в любое время, из-за того ничего не пропадёт.",
    "يمكنكم الإضافة في أي وقت. لن نفعل شيئا قبل أن نسألكم، ولن تخسروا شيئا إذا قلتم لا.",
    "我们可能还有问题，会写在这里。等到安全的时候，大约4个星期后再来看看。",
    "You may march with others or stay away: 2 of 3 questions are about what you want, and the 4th is open.",
    "The meeting may take place in a month. A or B can come alone; nobody else will be in the room.",
    "Your reference for us is tern-slate 41. Call it by that name when we speak.",
]


def found_in(reply: str) -> tuple[str, str] | None:
    """What the desk would refuse, in its order."""
    tries = {
        "copied": copied_run(reply, [*ACCOUNT, *FILES]),
        "person": person_in(reply, PERSONS),
        "file": file_in(reply, FILES),
        "country": country_in(reply),
        "date": date_in(reply),
    }
    return next(((kind, words) for kind, words in tries.items() if words is not None), None)


def test_the_table_has_forty_texts_ten_of_which_pass() -> None:
    assert (len(FOUND), len(PASSING)) == (30, 10)


@pytest.mark.parametrize(("reply", "kind", "words"), FOUND)
def test_what_gives_somebody_away_is_found_as_it_stands(reply: str, kind: str, words: str) -> None:
    assert found_in(reply) == (kind, words)


@pytest.mark.parametrize("reply", PASSING)
def test_what_gives_nobody_away_may_be_said(reply: str) -> None:
    assert found_in(reply) is None


def test_a_file_that_is_called_by_an_everyday_word_or_a_figure_forbids_no_answer() -> None:
    """Else its writer could make a case that nobody can answer, on purpose or not."""
    for name in ("your", "message", "the.", "3", "12", "...", ""):
        assert file_in("Your message came in about 3 weeks, the 12 of us read it.", [name]) is None
    assert file_in("We saw 3.jpg now.", ["3.jpg"]) == "3.jpg"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("we saw turkey and beans", None),
        ("People left Turkey early.", "Turkey"),
        ("We asked us, not the us army", None),
        ("Мало кто был в Мали.", "Мали"),
        ("Туристы на Кубе", "Кубе"),
        ("in Bosnia & Herzegovina", "Bosnia & Herzegovina"),
        ("in Burma", "Burma"),
        ("dans l’Inde", "Inde"),
        ("indeed, a chin, a malign act", None),
    ],
)
def test_a_country_is_told_from_a_word(reply: str, words: str | None) -> None:
    assert country_in(reply) == words


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("2026-11-03", "2026-11-03"),
        ("am 3.11.26 war", "3.11.26"),
        ("version 1.2.3 of it", None),
        ("November 2026", "November 2026"),
        ("in November", None),
        ("may 2 people come", None),
        ("en mayo de 2026", "mayo de 2026"),
        ("в ноябре 2026", "ноябре 2026"),
        ("٢٠٢٦/١١/٣", "٢٠٢٦/١١/٣"),
        ("on 2026–11–03 there", "2026–11–03"),
        ("on 3\u201111\u20112026 there", "3\u201111\u20112026"),
        ("on 3\u221211\u221226 there", "3\u221211\u221226"),
        ("on 3\u200b.1\u200d1.20\u206026 there", "3\u200b.1\u200d1.20\u206026"),
        ("on 3 No\u00advember", "3 No\u00advember"),
        ("3 – 11 of 2026 people", None),
        ("pages 11–26", None),
        ("三月四日", "三月四日"),
        ("3 رمضان", "3 رمضان"),
        ("10.0.0.1 and 24/7", None),
        ("5 масок и 3 мало", None),
    ],
)
def test_a_date_is_told_from_other_figures(reply: str, words: str | None) -> None:
    assert date_in(reply) == words


@pytest.mark.parametrize("reply", ["", " ", "\n", "1", "İ", "ﬁ", "🙂 3"])
def test_the_smallest_answers_name_nothing(reply: str) -> None:
    assert found_in(reply) is None


def test_no_name_that_a_case_may_get_is_a_country_or_a_month() -> None:
    """Else a case with an unlucky one could not be acknowledged."""
    refused = [
        word for word in words() if country_in(f"of {word}-{word} 41") or date_in(f"{word}-{word} 14 {word}-{word} 2")
    ]
    assert refused == []
    assert languages("review")[0] == "en"


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u00ad", "\u2060", "\ufeff", "\u202e"])
def test_what_cannot_be_seen_hides_nothing(unseen: str) -> None:
    def with_it(name: str) -> str:
        return unseen.join(name)

    assert person_in(f"we met {with_it('Amina')} there", ["Amina"]) == with_it("Amina")
    assert person_in("we met Amina there", [with_it("Amina")]) == "Amina"
    assert person_in(f"我们见了{with_it('王芳')}。", ["王芳"]) == with_it("王芳")
    assert country_in(f"in {with_it('Peru')}") == with_it("Peru")
    assert country_in(f"您在{with_it('越南')}吗") == with_it("越南")
    assert file_in(f"see {with_it('IMG_2034')}", ["IMG_2034.jpg"]) == with_it("IMG_2034")
    # The control: it finds nothing where there is nothing.
    assert person_in(f"we met {with_it('Amin')} there", ["Amina"]) is None


def test_of_several_runs_the_first_is_found_and_of_several_there_the_longest() -> None:
    for text, runs, place in [
        ("a b c", ["b c", "c"], (1, 3)),
        ("a b c d", ["c", "b c d", "b c"], (1, 4)),
        ("a a a b", ["a a b", "a b"], (1, 4)),
        ("a b a b c", ["b a b c", "a b"], (0, 2)),
        ("x a b y", ["a b c", "b"], (2, 3)),
        ("a", ["b"], None),
        ("", ["a"], None),
    ]:
        assert first_place(text.split(), [run.split() for run in runs]) == place


class Counted:
    """A word that counts how often it is looked at."""

    looks = 0

    def __init__(self, word: str) -> None:
        self.word = word

    def __hash__(self) -> int:
        return hash(self.word)

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return isinstance(other, Counted) and self.word == other.word


@pytest.mark.parametrize("kind", ["one long name", "many names of one beginning", "names of every length"])
def test_names_that_repeat_themselves_cost_what_they_are_long_and_no_more(kind: str) -> None:
    """Else a writer could give names that keep the desk busy for hours."""

    def looks(size: int) -> int:
        names = {
            "one long name": [["a"] * size + ["b"]],
            "many names of one beginning": [["a", f"{n}"] for n in range(size)],
            "names of every length": [["a"] * n + ["b"] for n in range(int(size**0.5))],
        }[kind]
        Counted.looks = 0
        assert first_place([Counted("a")] * size, [[Counted(one) for one in name] for name in names]) is None
        return Counted.looks

    assert looks(2_000) < 20 * 2_000
    assert looks(4_000) < 2.5 * looks(2_000) + 100
