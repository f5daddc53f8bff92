"""XML: feeds, agency stories, texts and data, and XML that is made to hurt."""

from pathlib import Path

import pytest

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.plain.feed import xml

RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>The Daily</title><link>https://d.org</link><language>en-gb</language>
<item><title>Port &amp; harbour</title><link>https://d.org/1</link><pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate>
<dc:creator><![CDATA[Ann Lee]]></dc:creator><description><![CDATA[<p>The council approved […]</p>]]></description>
<content:encoded><![CDATA[<p>The council approved it.</p>
<p>It costs &#8220;18&nbsp;million&#8221;.</p>]]></content:encoded>
<media:content url="x"/><guid isPermaLink="false">1</guid></item>
<item><title>School</title><guid>https://d.org/2</guid>
<description>&lt;p&gt;It closes&nbsp;in June.&lt;/p&gt;</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Blatt</title><entry>
<title type="html">&lt;b&gt;Brücke&lt;/b&gt; offen</title><link rel="self" href="https://b.de/self"/><link href="https://b.de/1"/>
<updated>2026-02-05T10:00:00Z</updated><published>2026-02-03T10:00:00+01:00</published><author><name>Bo</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Sie ist <b>offen</b>.</p><p>Ja.</p></div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title></channel><item><title>T</title>
<link>https://r.org/1</link><description>Words.</description><dc:date>2026-02-03T10:00:00Z</dc:date></item></rdf:RDF>"""
NITF = """<nitf><head><docdata><date.issue norm="20260203T100000Z"/></docdata><pubdata name="The Wire"/></head><body>
<body.head><hedline><hl1>Mayor resigns</hl1></hedline><byline>By <person>Ann Lee</person></byline></body.head>
<body.content><block><p>The <org>mayor</org> resigned on <chron>Friday</chron>.</p><media><media-reference source="x"/>
<media-caption>She leaves.</media-caption></media></block></body.content></body></nitf>"""
MADE = "<versionCreated>2026-02-03T11:00:00Z</versionCreated>"
HEAD = f"<itemMeta><provider><name>The Wire</name></provider>{MADE}</itemMeta>"
G2 = f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem>{HEAD}<contentMeta><headline>Fire</headline><by>Bo</by><language tag="en"/></contentMeta>
<contentSet><inlineXML>
<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.content><p>A fire burnt the mill.</p></body.content>
</body></nitf>
</inlineXML></contentSet></newsItem>
<newsItem>{HEAD}<contentMeta><headline>Page</headline></contentMeta><contentSet><inlineXML><html
 xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><p>One.</p><p>Two.</p></body></html></inlineXML>
</contentSet></newsItem>
<newsItem><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta>
<contentMeta><headline>Wrong</headline></contentMeta></newsItem>
</itemSet></newsMessage>"""


def test_the_items_of_a_feed_are_documents(tmp_path: Path) -> None:
    for name, content in (("a.xml", RSS.encode()), ("b.rss", RSS.replace("UTF-8", "UTF-16").encode("utf-16-le"))):
        (tmp_path / name).write_bytes(content)
    found = load.read_folder(Config(sources=str(tmp_path))).documents
    assert [document.source for document in found] == [
        f"{n}/{t}" for n in ("a.xml", "b.rss") for t in ("Port & harbour", "School")
    ]
    port, school = found[:2]
    assert port.text == "Port & harbour\n\nThe council approved it.\n\nIt costs “18 million”."
    assert (port.title, port.published, port.url) == ("Port & harbour", "2026-02-03", "https://d.org/1")
    assert (port.author, port.publisher, port.language) == ("Ann Lee", "The Daily", "en-gb")
    assert (school.text, school.url) == ("School\n\nIt closes in June.", "https://d.org/2")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_a_feed_of_one_item_is_one_document_in_whatever_encoding_it_is(encoding: str) -> None:
    found = xml(b'<?xml version="1.0" encoding="iso-8859-1"?>' + ATOM.encode(encoding))
    assert found.text == "Brücke offen\n\nSie ist offen.\n\nJa."
    assert (found.meta["url"], found.meta["published"]) == ("https://b.de/1", "2026-02-03")
    assert (found.meta["author"], found.meta["publisher"], found.meta["language"]) == ("Bo", "Blatt", "de")


def test_the_oldest_kind_of_feed() -> None:
    found = xml(RDF.encode())
    assert (found.text, found.meta["published"], found.meta["publisher"]) == ("T\n\nWords.", "2026-02-03", "R")


def test_a_story_of_an_agency() -> None:
    found = xml(NITF.encode())
    assert found.text == "Mayor resigns\n\nBy Ann Lee\n\nThe mayor resigned on Friday.\n\nShe leaves."
    meta = {"title": "Mayor resigns", "published": "2026-02-03", "author": "Ann Lee", "publisher": "The Wire"}
    assert found.meta == meta


def test_a_message_of_several_stories() -> None:
    found = xml(G2.encode())
    assert {name: part.text for name, part in found.attachments.items()} == {
        "Fire": "Fire\n\nA fire burnt the mill.",
        "Page": "Page\n\nOne.\n\nTwo.",
    }
    fire = found.attachments["Fire"].meta
    assert (fire["published"], fire["author"], fire["publisher"]) == ("2026-02-03", "Bo", "The Wire")
    assert found.notes == ["1 of 3 items are cancelled by their publisher and left out"]


def test_an_export_of_a_blog() -> None:
    item = """<item><title>{}</title><pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>
    <content:encoded><![CDATA[{}]]></content:encoded><wp:post_date>2026-02-03 10:00:00</wp:post_date>
    <wp:post_type>{}</wp:post_type></item>"""
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"'
    items = item.format("Hello", "One.\n\nTwo <strong>words</strong>.", "post") + item.format("img", "x", "attachment")
    found = xml(f"<rss {spaces}><channel><title>Blog</title>{items}</channel></rss>".encode())
    assert (found.text, found.meta["published"]) == ("Hello\n\nOne.\n\nTwo words.", "2026-02-03")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<c><b id="1"><title>Tides</title><price cur="EUR">5</price></b><b id="2"><title>Mills</title></b></c>',
         "id: 1; title: Tides; price: 5; price.cur: EUR\n\nid: 2; title: Mills"),
        ('<rows><row Id="1" Name="A &amp; B"/><row Id="2" Name="C"/></rows>', "Id: 1; Name: A & B\n\nId: 2; Name: C"),
        ("<article><title>Guide</title><section><para>Press <emphasis>start</emphasis> now.</para></section></article>",
         "Guide\n\nPress start now."),
        ('<!DOCTYPE l [<!ENTITY co "Acme">]><l><p>We are &co; &amp; sons.</p></l>', "We are Acme & sons."),
        ("<rss><channel><item><title>AT&T</title><description>A & B&nbsp;pay.</description></item></channel></rss>",
         "AT&T\n\nA & B pay."),
    ],
)  # fmt: skip
def test_other_xml(content: str, text: str) -> None:
    assert xml(content.encode()).text == text


def test_what_is_cut_off_is_told() -> None:
    found = xml(RSS[: RSS.index("<guid>") + 9].encode())
    assert list(found.attachments) == ["Port & harbour", "School"]
    (told,) = found.unread
    assert told.startswith("the XML is not whole")


BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 100}">' for n in range(6))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f'<!DOCTYPE l [<!ENTITY a "{"x" * 1000}">{BOMB}]><l>&g;</l>', "not XML that can be read safely"),
        ('<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><l>x &a; y</l>', "not XML that can be read safely"),
        ("hello", "not XML that can be read"),
        ("<a><b/></a>", "no text in it"),
        ("<rss><channel><title>x</title></channel></rss>", "a feed without items"),
    ],
)
def test_xml_that_is_refused(content: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason) as caught:
        xml(content.encode())
    assert caught.value.remedy
