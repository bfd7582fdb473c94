"""What people write, in scripts and forms that break careless software; each with marked words to search for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One person's words. `language` is that of the pages; the marks stand in the texts and nowhere else."""

    language: str
    committee: str
    vault: str
    account: str
    unsafe: str
    more: str
    answer: str
    marks: tuple[str, ...]

    def __post_init__(self) -> None:
        texts = (self.account, self.unsafe, self.more, self.answer)
        for mark in self.marks:
            if not any(mark in text for text in texts):
                raise ValueError(f"{mark} is not in the story")


ARABIC = Story(
    language="ar",
    committee="لجنة مناهضة التعذيب",
    vault="cat",
    account=(
        "في الثالث من آذار جاء رجلان إلى المكتب.\n«لا تكتبوا إلى الأمم المتحدة»، قال أحدهما.\n\n"
        "الكلمات المعلَّمة: بُستانُ الرُّمَّانِ ٤٧١١ \u200f(نهاية)\u200f\n\tوالسلام\u2026"
    ),
    unsafe="لا ترسلوا شيئاً يوم الجمعة: بيت الجدّة الأزرق",
    more="رأيتُ جوابكم. النخلة السابعة عند البئر.\n٢٣ آذار",
    answer="شكراً لك. هل تذكر اسم الشارع؟ \u2067حارس الفنار\u2069 يسأل.\nمع التقدير",
    marks=("بُستانُ الرُّمَّانِ ٤٧١١", "بيت الجدّة الأزرق", "النخلة السابعة عند البئر", "حارس الفنار"),
)

CHINESE = Story(
    language="en",
    committee="Committee on Enforced Disappearances",
    vault="ced",
    account="三月三日,两个人来到办公室。\n他们说:「别再给联合国写信。」\n\n\u3000标记:蓝色的𠮷祥鸟与𪚥。葛\U000e0100飾",
    unsafe="不要在星期五联系我,住在红瓦房里",
    more="我看到了你们的答复。第七棵银杏树下。",
    answer="谢谢您的来信。石桥守望人会再问几个问题。\n请保重。",
    marks=("蓝色的𠮷祥鸟与𪚥", "住在红瓦房里", "第七棵银杏树下", "石桥守望人会再问"),
)

FRENCH = Story(
    language="fr",
    committee="Comité contre la torture",
    vault="cat",
    account=(
        "Le 3 mars, deux hommes sont venus\u00a0: «\u202fn’écrivez plus à l’ONU\u202f».\n"
        "Composé : été, décomposé : e\u0301te\u0301, ligature : ﬁn, œuvre, A\u030angström et Å et \u212b.\n"
        "  Deux espaces devant,\tune tabulation, et la cigogne mauve de Saint-Étienne.  \n\n"
    ),
    unsafe="Jamais le vendredi, à côté du moulin brûlé",
    more="J’ai lu. Le septième tilleul près du puits, e\u0301.",
    answer="Merci. Le veilleur du phare d’étain a une question\u00a0: où\u202f?\n\n\tBien à vous",
    marks=(
        "cigogne mauve de Saint-Étienne",
        "côté du moulin brûlé",
        "septième tilleul près du puits",
        "veilleur du phare",
    ),
)

_PARAGRAPH = "Paragraph {number:04d}: they came back, and nobody answered the door; наша дверь, 我们的门, بابنا.\n\n"
_FIRST, _LAST = "copper lantern begins", "copper lantern ends"


def _of_length(length: int) -> str:
    """A text of exactly so many characters, with lines that all differ and marks at both ends."""
    body = "".join(_PARAGRAPH.format(number=number) for number in range(400))
    middle = length - len(_FIRST) - len(_LAST) - 2
    return f"{_FIRST}\n{body[:middle]}\n{_LAST}"


LONG = Story(
    language="en",
    committee="Committee against Torture",
    vault="cat",
    account=_of_length(20_000),
    unsafe="Never on a Friday, beside the burnt windmill",
    more="I have read it. The seventh lime tree near the well.\n" * 40,
    answer="Thank you. The keeper of the tin lighthouse asks.\n" * 60 + "Where?",
    marks=(
        _FIRST,
        _LAST,
        "beside the burnt windmill",
        "seventh lime tree near the well",
        "keeper of the tin lighthouse",
    ),
)

STORIES = {"Arabic": ARABIC, "Chinese": CHINESE, "French": FRENCH, "20,000 characters": LONG}

SCRIPTS = {
    **{name: story.account for name, story in STORIES.items()},
    "Amharic": "ሦስት ሰዎች ወደ ቢሮ መጡ። ሰማያዊው ወፍ፤\nአመሰግናለሁ።",
    "Bengali": "তিন জন লোক এসেছিল।\nনীল পাখি, ক্ষুদ্র ক্ষ, ড়\u09bc",
    "Georgian": "სამი კაცი მოვიდა ოფისში.\nცისფერი ჩიტი",
    "Hebrew": "שלושה אנשים באו למשרד.\nצִפּוֹר כְּחֻלָּה \u200f(סוף)",
    "Hindi": "तीन लोग दफ़्तर आए।\nनीली चिड़िया, क़\u093c, श्री",
    "Khmer": "មនុស្សបីនាក់មកការិយាល័យ។\nបក្សីពណ៌ខៀវ",
    "Korean, composed and not": "세 사람이 왔다.\n\u1112\u1161\u11ab\u1100\u1173\u11af 한글",
    "Persian": "سه نفر به دفتر آمدند.\nمی\u200cخواهم بنویسم؛ پرندهٔ آبی ۱۲۳",
    "Russian": "Третьего марта пришли двое.\nСиняя птица, ё и е\u0308",
    "Thai": "สามคนมาที่สำนักงาน\nนกสีฟ้า กำ ก\u0e4d\u0e32",
    "Tibetan": "མི་གསུམ་ཡོང་བྱུང་།\nབྱ་སྔོན་པོ།",
    "pictures": "👩🏽\u200d🦽 🇨🇭 ❤\ufe0f 𝔖𝔢𝔞𝔩 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "what looks like markup": "<b>&amp; </textarea><script>1</script> {{ 7*7 }} %s \\n \\u0041 &#65; ' \" `",
}
"""Accounts for the long proof."""
