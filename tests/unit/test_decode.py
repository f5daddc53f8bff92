"""Bytes in every encoding that texts are met in, and what cannot be told."""

from contextlib import suppress

import pytest

from rag.documents.common.decode import Unusable, decode, decode_labelled

pytest.importorskip("hypothesis")
from hypothesis import given
from hypothesis import strategies as st

GERMAN = "Übergabe der Schlüssel an die Hausverwaltung. Die Straße war für Fußgänger gesperrt, sagte Frau Müller."
RUSSIAN = "Городской совет решил, что новый мост через реку будет построен в следующем году. Мэр сказал, что это важно."
TEXTS = [
    ("The fee was £1,200 – about €300 more. “It will not be renewed,” said the café’s naïve chairman.", "cp1252"),
    ("São Luís;1200\nConceição;300\n", "cp1252"),
    ("Según la señora Muñoz, el año próximo la inversión será de 12 millones.", "cp1252"),
    ("¿Cuánto costará?", "cp1252"),
    ("La città aprirà una nuova università, però non sa ancora quanto costerà.", "cp1252"),
    ("Prisen på broen over åen er 40 millioner kroner, og børnene får en ny skole.", "cp1252"),
    ("café", "cp1252"),
    (GERMAN, "cp1252"),
    (GERMAN, "utf-8"),
    (GERMAN, "utf-8-sig"),
    (GERMAN, "utf-16"),
    (GERMAN, "utf-16-le"),
    (GERMAN, "utf-16-be"),
    (GERMAN, "utf-32"),
    (GERMAN, "utf-32-be"),
    ("橋は来年建設されます。", "iso-2022-jp"),
    ("다리를 건설하기로 결정했다.", "iso-2022-kr"),
    ("a\n", "utf-16-le"),
    ("橋は来年建設されます。\n市長が述べた。", "utf-16-be"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "utf-16-le"),
    ("Το δημοτικό συμβούλιο αποφάσισε ότι η νέα γέφυρα πάνω από τον ποταμό θα κατασκευαστεί του χρόνου.", "cp1253"),
    (
        "Městská rada rozhodla, že nový most přes řeku bude postaven příští rok. Starosta řekl, že je to důležité.",
        "cp1250",
    ),
    (
        "Rada zdecydowała, że most przez rzekę zostanie zbudowany. Koszt wynosi 40 złotych, rzekł burmistrz Łodzi.",
        "cp1250",
    ),
    ("市议会决定明年在河上建造一座新桥。费用为4000万元，工程将于星期一开始。", "gb18030"),
    ("市議会は来年、川に新しい橋を建設することを決定しました。費用は4000万円です。", "cp932"),
    ("시의회는 내년에 강에 새 다리를 건설하기로 결정했다. 비용은 4000만 원이다.", "cp949"),
]


@pytest.mark.parametrize(("text", "encoding"), TEXTS)
def test_a_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Łódź".encode("cp1250"), "no other encoding is certain"),
        (
            "Республиканская газета сообщает, что новая школа открылась.".encode("mac-cyrillic"),
            "no other encoding is certain",
        ),
        ("<b>ログイン</b> login page".encode("euc-jp"), "no other encoding is certain"),
        (b"\x93\x81\x8d\xff", "no other encoding is certain"),
        ("Der Fußgänger und die Straße für Müller.".encode() + b"\xe9", "UTF-8 with bytes that are not"),
        (b"\xff\xfea", "not the utf-16 that it says"),
    ],
)
def test_what_cannot_be_told_is_not_read(data: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason) as caught:
        decode(data)
    assert caught.value.remedy == "save it as UTF-8"


def test_zeros_alone_make_no_utf16() -> None:
    assert decode(b"a\0b") == "a\0b"
    assert decode(b"\0\0\0\0") == "\0\0\0\0"


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("I’m glad: 900 €", "utf-8", "iso-8859-1"),  # and so of each label that is wrong, unknown or missing
        ("a naïve fee of £5", "cp1252", "utf-8"),
        ("naïve, £5", "cp1252", "us-ascii"),
        ("Привет, мир, как дела", "cp1251", "iso-8859-1"),
        ("日本語テスト", "utf-8", "shift_jis"),
        ("日本", "utf-8", "gb2312"),
        ("mill", "utf-8", "utf-16"),
        ("mill", "utf-16", "utf-8"),
        ("café", "utf-8", "nonsense"),
        ("café", "cp1252", None),
        ("café", "utf-8", "a\0b"),
        ("Łódź", "iso-8859-2", "ISO-8859-2"),  # and of those that are right
        ("日本", "iso-2022-jp", "iso-2022-jp"),
        ("日本", "cp932", "shift_jis"),
        ("镕", "gb18030", "gb2312"),
        ("“40 €”", "cp1252", "latin1"),
    ],
)
def test_the_bytes_come_before_the_label(text: str, encoding: str, label: str | None) -> None:
    assert decode_labelled(text.encode(encoding), label) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf8_is_never_taken_for_another(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(
    st.lists(
        st.sampled_from("The café’s £5 fee – naïve, said “Zoë” of Århus; 3 °C at São Luís.".split()),
        min_size=4,
        unique=True,
    )
)
def test_western_words_never_become_other_letters(words: list[str]) -> None:
    text = " ".join(words)
    with suppress(Unusable):  # few letters may tell too little
        assert decode(text.encode("cp1252")) == text
