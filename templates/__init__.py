"""Pages, words and pictures as data, and what reads them.

Each application sees its own folder and `shared/` (templates there are named `shared/...`): intake cannot render a
page of the desk. `replies/` stands alone: words that the desk sends, in the language of whoever reads them. A msgid is
the English sentence; the other languages stand in `translations/WHERE/LANGUAGE.po`.
"""

import gettext
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Any, Literal

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

App = Literal["intake", "review", "replies"]
Folder = Literal["shared", "intake", "review", "replies"]

SOURCE_LANGUAGE = "en"
NAMES = {"ar": "العربية", "en": "English", "es": "Español", "fr": "Français", "ru": "Русский", "zh": "中文"}
_SPOKEN: dict[App, tuple[str, ...]] = {
    "intake": ("en", "fr", "ar"),
    "review": ("en", "ar", "es", "fr", "ru", "zh"),
    "replies": ("en", "ar", "es", "fr", "ru", "zh"),
}
TRANSLATED_BY = ("_", "gettext", "say_in")


def languages(app: App) -> tuple[str, ...]:
    """The languages this application speaks, the source language first; the prepared words of replies, the six."""
    return _SPOKEN[app]


def direction(language: str) -> Literal["ltr", "rtl"]:
    """How the language runs; for the `dir` attribute."""
    return "rtl" if language == "ar" else "ltr"


def environment(app: App, language: str) -> Environment:
    """Renders the pages of one application in one language.

    Templates know `lang`, `direction`, `direction_of(language)`, `languages`, `language_names`, `annex` and
    `say_in(language, words)` without being given them; what else a page needs stands at its top.
    """
    if language not in languages(app):
        raise KeyError(language)
    made = _reader(app)
    catalogues = {each: catalogue(app, each) for each in languages(app)}
    made.install_gettext_translations(catalogues[language], newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        lang=language,
        direction=direction(language),
        direction_of=direction,
        languages=languages(app),
        language_names=NAMES,
        say_in=lambda other, words: catalogues[other].gettext(words),
        annex=annex(),
    )
    return made


@cache
def catalogue(app: App, language: str) -> gettext.NullTranslations:
    """The application's words in this language, compiled in memory, once; the source language needs no file."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    words = Catalog(locale=language)
    for folder in _folders(app):
        for message in _written(folder, language):
            if message.id:
                words[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def msgids(app: App) -> set[str]:
    """Every sentence that the application's templates, and the shared ones, ask a translation for."""
    reader = _reader(app)
    found: set[str] = set()
    for name in reader.list_templates(extensions=["html", "svg", "txt"]):
        source, _, _ = reader.loader.get_source(reader, name)  # type: ignore[union-attr]
        for _, _, words in reader.extract_translations(source, TRANSLATED_BY):  # type: ignore[attr-defined]
            found.update(word for word in ((words,) if isinstance(words, str) else words) if word)
    return found


def missing(language: str, app: App = "intake") -> list[str]:
    """The sentences of the application that this language does not say yet, in order."""
    if language == SOURCE_LANGUAGE:
        return []
    said = {
        message.id
        for folder in _folders(app)
        for message in _written(folder, language)
        if message.string and not message.fuzzy
    }
    return sorted(msgids(app) - said)


def translations(app: App, language: str) -> dict[str, str]:
    """Every translated sentence of the application, by its English."""
    return {
        message.id: message.string
        for folder in _folders(app)
        for message in _written(folder, language)
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }


def static_path(folder: Folder) -> Traversable:
    """The folder of stylesheets and pictures of one application, or the shared one."""
    return files(__name__).joinpath("static", folder)


def static_files(app: App) -> dict[str, bytes]:
    """Everything the application serves below `/static/` from here, by its name there.

    Stylesheets of intake begin with the shared one, for each further request costs a slow line a round trip. The desk,
    whose pages have several, has it once, as `base.css`.
    """
    base = static_path("shared").joinpath("base.css").read_bytes()
    own = {entry.name: entry.read_bytes() for entry in static_path(app).iterdir() if entry.is_file()}
    if app == "review":
        return {"base.css": base, **own}
    return {name: base + data if name.endswith(".css") else data for name, data in own.items()}


def questionnaire_bytes() -> bytes:
    """The released questionnaire that the form asks now, exactly as it is hashed."""
    return max(_released(), key=lambda file: int(file.name.removesuffix(".json"))).read_bytes()


def questionnaires() -> dict[str, dict[str, Any]]:
    """Every questionnaire ever released, by its SHA-256 in base64url, as messages name it (FORMAT.md 6.1)."""
    return {questionnaire_hash(data): json.loads(data) for data in (file.read_bytes() for file in _released())}


def questionnaire_hash(data: bytes) -> str:
    """The name of a questionnaire file inside messages: its SHA-256 in base64url."""
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")


def annex() -> dict[str, Any]:
    """The committees and addresses of Annex I of the Secretariat's note, with the date they were printed."""
    document: dict[str, Any] = json.loads(files(__name__).joinpath("data", "annex1.json").read_bytes())
    return document


def _reader(app: App) -> Environment:
    loaders: list[BaseLoader] = [PackageLoader(__name__, app)]
    if "shared" in _folders(app):
        loaders.append(PrefixLoader({"shared": PackageLoader(__name__, "shared")}))
    return Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )


def _folders(app: App) -> tuple[Folder, ...]:
    return ("replies",) if app == "replies" else ("shared", app)


def _written(folder: Folder, language: str) -> Catalog:
    file = files(__name__).joinpath("translations", folder, f"{language}.po")
    if not file.is_file():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def _released() -> Iterator[Traversable]:
    for file in files(__name__).joinpath("questionnaires").iterdir():
        if file.name.endswith(".json"):
            yield file
