"""What an answer may not name: forty texts, ten of which say nothing that they should not."""

import pytest

from review.content import copied_run
from review.mentions import country_in, date_in, file_in, person_in
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
