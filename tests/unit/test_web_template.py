import pytest
from jinja2 import UndefinedError

from rag.web import words
from rag.web.template import _environment, html

HOSTILE = "<img src=x onerror=alert(1)>\"'&\n  two lines"


def made(source: str, **values: object) -> str:
    return _environment().from_string(source).render(**values)


def test_what_is_put_in_is_escaped_and_keeps_its_lines() -> None:
    shown = made('<p title="{{ text }}">{{ text }}</p>', text=HOSTILE)
    assert shown.count("<") == shown.count(">") == 2
    assert shown.count('"') == 2
    assert shown.count("\n  two lines") == 2


def test_html_of_another_function_stands_as_it_is() -> None:
    assert made("{{ one | safe }}{{ two }}", one="<b>1</b>", two="<b>2</b>") == "<b>1</b>&lt;b&gt;2&lt;/b&gt;"


def test_line_breaks_and_the_spaces_around_them_are_nothing() -> None:
    source = """
    <ul>
      {% for one in many %}
        <li>a {{ one }} b</li>
      {% endfor %}
    </ul> <p>
      end
    </p>
    """
    assert made(source, many=[1, 2]) == "<ul><li>a 1 b</li><li>a 2 b</li></ul> <p>end</p>"


def test_a_tag_may_go_over_lines() -> None:
    source = """
    <a href="#{{ one }}"
      title="{{ one }}"
      {%- if 0 < one %} hidden{% endif %}>
      {{ one }}
    </a>
    """
    assert made(source, one=1) == '<a href="#1" title="1" hidden>1</a>'


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        made("{{ nothing }}")


def test_a_macro_is_called_as_a_function_and_gives_plain_text() -> None:
    shown = html("parts", "failed", HOSTILE)
    assert type(shown) is str, "what is added to it is not escaped once more"
    assert shown.startswith('<p class="ql-warning" role="alert">&lt;img')
    assert made("{{ words.NOTE_EMPTY }}") == made("{{ text }}", text=words.NOTE_EMPTY)
