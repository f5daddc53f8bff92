import json
from typing import Any
from urllib.parse import unquote

from pyld import jsonld

from rag.exports.annotations import write
from tests.exported import ANSWERS, DOCUMENTS, NEWS, PAGE

OA, AS, DC = "http://www.w3.org/ns/oa#", "https://www.w3.org/ns/activitystreams#", "http://purl.org/dc/"
CONTEXT = {  # the terms of the recommendation's appendix A that we use, each with what it stands for there
    "oa": OA,
    "dc": f"{DC}elements/1.1/",
    "dcterms": f"{DC}terms/",
    "dctypes": f"{DC}dcmitype/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "as": AS,
    "schema": "http://schema.org/",
    "id": {"@type": "@id", "@id": "@id"},
    "type": {"@type": "@id", "@id": "@type"},
    "Annotation": "oa:Annotation",
    "AnnotationPage": "as:OrderedCollectionPage",
    "TextualBody": "oa:TextualBody",
    "SpecificResource": "oa:SpecificResource",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    "TextPositionSelector": "oa:TextPositionSelector",
    "TimeState": "oa:TimeState",
    "Software": "as:Application",
    "Motivation": "oa:Motivation",
    "commenting": "oa:commenting",
    "questioning": "oa:questioning",
    "body": {"@type": "@id", "@id": "oa:hasBody"},
    "target": {"@type": "@id", "@id": "oa:hasTarget"},
    "source": {"@type": "@id", "@id": "oa:hasSource"},
    "selector": {"@type": "@id", "@id": "oa:hasSelector"},
    "state": {"@type": "@id", "@id": "oa:hasState"},
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
    "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": {"@type": "xsd:nonNegativeInteger", "@id": "oa:start"},
    "end": {"@type": "xsd:nonNegativeInteger", "@id": "oa:end"},
    "value": "rdf:value",
    "name": "foaf:name",
    "cached": {"@type": "@id", "@id": "oa:cachedSource"},
    "generator": {"@type": "@id", "@id": "as:generator"},
    "format": "dc:format",
}


def context(url: str, options: Any) -> dict[str, Any]:
    assert url == "http://www.w3.org/ns/anno.jsonld"
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": {"@context": CONTEXT},
    }


def test_it_is_json_ld_of_which_no_term_is_unknown() -> None:
    form = json.loads(write(ANSWERS, DOCUMENTS))
    expanded = jsonld.expand(form, {"documentLoader": context})
    compacted = jsonld.compact(expanded, "http://www.w3.org/ns/anno.jsonld", {"documentLoader": context})
    # What stands for nothing is dropped on the way there and back.
    assert compacted == form
    assert expanded[0]["@type"] == [f"{AS}OrderedCollectionPage"]


def test_each_citation_points_to_its_quote_by_words_and_by_place() -> None:
    items = json.loads(write(ANSWERS, DOCUMENTS))["items"]
    assert len(items) == len({item["id"] for item in items}) == 4
    for item in items:
        target = item["target"]
        quote, place = target["selector"]
        kept = target["state"]["cached"] if "state" in target else target["source"]
        text = DOCUMENTS[unquote(kept.removeprefix("quoteline://source/"))].text
        assert (quote["type"], place["type"]) == ("TextQuoteSelector", "TextPositionSelector")
        assert text[place["start"] : place["end"]] == quote["exact"]
        assert f"{quote['prefix']}{quote['exact']}{quote['suffix']}" in text


def test_a_page_of_the_web_is_the_source_and_the_canonical_text_its_state() -> None:
    item = json.loads(write(ANSWERS, DOCUMENTS))["items"][0]
    assert item["target"]["source"] == PAGE
    assert item["target"]["state"] == {"type": "TimeState", "cached": f"quoteline://source/{NEWS.source}"}
    assert [(body["purpose"], body["value"]) for body in item["body"]] == [
        ("questioning", "How many people died in the raid?"),
        ("commenting", "32 died <b>there</b>."),
        ("commenting", ANSWERS[0].claims[1].text),
    ]


def test_the_same_answers_are_the_same_bytes() -> None:
    assert write(ANSWERS, DOCUMENTS) == write(ANSWERS, DOCUMENTS)


def test_without_citations_there_is_an_empty_page() -> None:
    assert json.loads(write((), {}))["items"] == []
