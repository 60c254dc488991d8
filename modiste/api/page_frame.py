"""What every page of the service has: language, direction, theme and where its words lie."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template, request, url_for

from modiste.api.config import ApiConfig
from modiste.api.languages import LANGUAGES, language_of, strings_file, texts

THEME_COOKIE: Final = "modiste_theme"
THEMES: Final = ("system", "light", "dark")


def framed(
    template: str, config: ApiConfig, *, areas: tuple[str, ...] = ("page",), **values: object
) -> Response:
    """Return a template of ``base.html`` as whoever asks wants it.

    Parameters
    ----------
    template : str
        In the templates folder. It has ``t("key")`` for words, ``language``, ``theme`` and
        `values`.
    config : ApiConfig
    areas : tuple of str
        Whose words it shows; see ``modiste.api.languages.texts``.
    """
    language = language_of(request)
    theme = request.cookies.get(THEME_COOKIE, "")
    words = texts(language.code, areas)
    response = make_response(
        render_template(
            template,
            t=words.__getitem__,
            language=language,
            languages=LANGUAGES.values(),
            theme=theme if theme in THEMES else THEMES[0],
            themes=THEMES,
            strings=[
                url_for("static", filename=strings_file(language.code, area)) for area in areas
            ],
            asks_for_keys=config.doors.require_keys,
            currency=config.currency,
            shop_language=config.language,
            **values,
        )
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = language.code
    response.vary.update(("Accept-Language", "Cookie"))
    return response
