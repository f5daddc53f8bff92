"""Formulas on one line, so that no power reads as a figure."""

import pytest
from lxml import etree

from rag.documents.common.formula import formula

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def office(inner: str) -> str:
    """Return a formula of Office; the letters in brackets stand for runs: <e>[a]</e>."""
    text = inner.replace("[", "<r><t>").replace("]", "</t></r>")
    root = etree.fromstring(f"<oMath xmlns='{OFFICE}' xmlns:m='{OFFICE}'>{text}</oMath>".replace("val=", "m:val="))
    return formula(root)


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("[E=m]<sSup><e>[c]</e><sup>[2]</sup></sSup>", "E = mc²"),
        ("<sSup><e>[10]</e><sup>[-3]</sup></sSup>", "10⁻³"),
        ("<sSup><e>[x]</e><sup>[a+b]</sup></sSup>", "x^(a+b)"),
        ("<sSub><e>[H]</e><sub>[2]</sub></sSub>[O]", "H₂O"),
        ("<sSubSup><e>[x]</e><sub>[max]</sub><sup>[2]</sup></sSubSup>", "x_max²"),
        ("<f><num>[a+1]</num><den>[2]</den></f>", "(a+1)/2"),
        ("<rad><deg>[3]</deg><e>[8]</e></rad>[≤]<rad><deg/><e>[a+b]</e></rad>", "³√8 ≤ √(a+b)"),
        ("<d><dPr><begChr val='['/><endChr val=''/></dPr><e>[x]</e></d>".replace("'['", "'{'"), "{x"),
        ("<d><e>[x]</e><e>[y]</e></d>", "(x|y)"),
        (
            "<nary><naryPr><chr val='∑'/></naryPr><sub>[k=1]</sub><sup>[n]</sup><e>[k]</e></nary>",
            "∑ₖ₌₁ⁿ k",
        ),
        ("<nary><sub>[0]</sub><sup>[∞]</sup><e>[x]</e></nary>", "∫₀^∞ x"),
        ("<func><fName>[sin]</fName><e>[x]</e></func>", "sin x"),
        ("<m><mr><e>[1]</e><e>[2]</e></mr><mr><e>[3]</e><e>[4]</e></mr></m>", "[1, 2; 3, 4]"),
        ("[a]<del><r><t>b</t></r></del>", "a"),
    ],
)
def test_of_office(inner: str, text: str) -> None:
    assert office(inner) == text


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<msup><mn>10</mn><mn>6</mn></msup>", "10⁶"),
        ("<mi>a</mi><mo>+</mo><msub><mi>x</mi><mn>1</mn></msub>", "a + x₁"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msqrt><mn>2</mn></msqrt><mo>=</mo><mroot><mn>8</mn><mn>6</mn></mroot>", "√2 = ⁶√8"),
        ("<mfenced open='[' close=']'><mn>1</mn><mn>2</mn></mfenced>", "[1,2]"),
        ("<semantics><mrow><mn>5</mn></mrow><annotation>five</annotation></semantics>", "5"),
    ],
)
def test_of_the_web(inner: str, text: str) -> None:
    assert formula(etree.fromstring(f"<math>{inner}</math>")) == text
