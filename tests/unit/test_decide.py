from itertools import count

import pytest

from rag.english.decide import decide
from tests.growth import in_proportion

CASES = """
Did the minister accept the offer? | The minister accepted the offer. | yes
Did the minister accept the offer? | The minister accepted the offer on Tuesday. | yes
Did the minister accept the offer? | On Tuesday, the minister accepted the offer. | yes
Did the minister accept the offer? | The minister refused the offer. | no
Did the minister accept the offer? | The minister did not accept the offer. | no
Did the minister accept the offer? | The minister didn't accept the offer. | no
Did the minister accept the offer? | The minister never accepted the offer. | no
Did the minister accept the offer? | The minister refused to accept the offer. | no
Did the minister accept the offer? | The minister has rejected the offer. | no
Did the minister accept the offer? | The minister did not reject the offer. | -
Did the minister accept the offer? | The minister may accept the offer. | -
Did the minister accept the offer? | The minister reportedly accepted the offer. | -
Did the minister accept the offer? | The union said the minister accepted the offer. | -
Did the minister accept the offer? | The minister accepted the offer, according to the union. | -
Did the minister accept the offer? | The minister is expected to accept the offer. | -
Did the minister accept the offer? | The minister threatened to accept the offer. | -
Did the minister accept the offer? | The minister plans to accept the offer. | -
Did the minister accept the offer? | If the minister accepted the offer, he would resign. | -
Did the minister accept the offer? | The minister will accept the offer. | -
Did the minister accept the offer? | The minister almost accepted the offer. | -
Did the minister accept the offer? | The minister's rival accepted the offer. | -
Did the minister accept the offer? | The aide of the minister accepted the offer. | -
Did the minister accept the offer? | The minister accepted the resignation. | -
Did the minister accept the offer? | The offer was made to the minister. | -
Did the minister accept the offer? | The former minister accepted the offer. | -
Did the minister accept the offer? | Did the minister accept the offer? | -
Did the minister accept the offer? | The minister accepted the advice and refused the offer. | no
Did the minister accept the offer? | The minister discussed the offer that the union accepted. | -
Did the minister accept the offer? | Nobody thinks the minister accepted the offer. | -
Did the minister accept the offer? | The minister accepted the offer letter. | -
Did the minister accept the offer? | "The minister accepted the offer and went home," one paper wrote. | -
Did the minister accept the offer? | It is not true that the minister accepted the offer. | -
Did the minister accept the offer? | The minister, who was ill, accepted the offer. | yes
Did the minister accept the offer? | The minister accepted the offer but did not sign. | yes
Did the minister accept the offer? | Neither the union nor the minister accepted the offer. | -
Did the minister refuse the offer? | The minister refused the offer. | yes
Did the minister refuse the offer? | The minister accepted the offer. | no
Did the minister refuse to pay the fine? | The minister did not pay the fine. | -
Did the minister refuse to pay the fine? | The minister refused to pay the fine. | yes
Didn't the minister accept the offer? | The minister accepted the offer. | yes
Did the minister not accept the offer? | The minister accepted the offer. | -
Did Germany invade Poland in 1939? | Germany invaded Poland in 1939. | yes
Did Germany invade Poland in 1939? | In 1939, Germany invaded Poland. | yes
Did Germany invade Poland in 1939? | Germany invaded Poland. | -
Did Germany invade Poland in 1939? | Germany invaded France in 1939. | -
Did Germany invade Poland in 1939? | Poland invaded Germany in 1939. | -
Did Germany invade Poland in 1939? | Germany was invaded by Poland in 1939. | -
Did Germany invade Poland in 1939? | Germany invaded France and then Poland in 1939. | -
Did Germany invade Poland? | East Germany invaded Poland. | -
Did Apple buy Beats? | Apple bought Beats in 2014. | yes
Did Apple buy Beats? | Apple acquired Beats in 2014. | yes
Did Apple buy Beats? | Apple sued the firm that bought Beats. | -
Did Apple buy Beats? | Apple bought Beats rival Sonos. | -
Did Apple buy Beats? | Apple was bought by Beats. | -
Did Apple buy Beats? | Apple is buying Beats. | -
Did Apple buy Beats? | Apple considered buying Beats. | -
Did Apple buy Beats? | Apple agreed to buy Beats. | -
Did Apple buy Beats? | Apple ruled out buying Beats. | -
Did Apple buy Beats? | Apple denied buying Beats. | -
Did Apple buy Beats? | Apple failed to buy Beats. | no
Did Apple buy Beats? | Apple sold Beats. | -
Did Smith win the race? | Smith won the race. | yes
Did Smith win the race? | Smith easily won the race. | yes
Did Smith win the race? | Smith lost the race. | no
Did Smith win the race? | Smith won the race for second place. | -
Did Smith win the race? | Smith won a ticket to the race. | -
Did Smith win the race? | Smith did not only win the race. | -
Did Smith win the race? | Smith, not Jones, won the race. | yes
Did Smith win the race? | Smith thought he won the race. | -
Did 12 people die in the fire? | 12 people died in the fire. | yes
Did 12 people die in the fire? | Twelve people died in the fire. | yes
Did 12 people die in the fire? | At least 10 people died in the fire. | -
Did 12 people die in the fire? | About 15 people died in the fire. | -
Did 12 people die in the fire? | People died in the fire. | -
Did more than 12 people die in the fire? | 15 people died in the fire. | -
Did more than 12 people die in the fire? | 12 people died in the fire. | -
Did more than 12 people die in the fire? | More than 12 people died in the fire. | yes
Was Mozart born in 1756? | Mozart was born in 1756. | yes
Was Mozart born in 1756? | Mozart was born in Salzburg in 1756. | yes
Was Mozart born in 1756? | Mozart was born in 1757. | no
Was Mozart born in 1756? | Mozart's sister was born in 1756. | -
Was Mozart born in 1756? | Mozart was born before 1756. | -
Did Mozart visit Paris in 1763? | Mozart visited Paris in 1778. | -
Is Paris the capital of France? | Paris is the capital of France. | yes
Is Paris the capital of France? | Paris is the capital and largest city of France. | yes
Is Paris the capital of France? | Paris is not the capital of France. | no
Is Paris the capital of France? | Paris is no longer the capital of France. | no
Is Paris the capital of France? | Paris was the capital of France. | -
Is Paris the capital of France? | Paris is the name of the capital of France. | -
Is Paris the capital of France? | Paris is near the capital of France. | -
Was Smith the director of the film? | Smith met the director of the film. | -
Was Smith the director of the film? | Smith was the brother of the director of the film. | -
Was Smith the director of the film? | Smith was the director of the film. | yes
Was the deal approved by the court? | The deal was approved by the court. | yes
Was the deal approved by the court? | The deal was rejected by the court. | no
Was the deal approved by the court? | The deal was approved. | -
Is gambling legal in Utah? | Gambling is illegal in Utah. | no
Is gambling legal in Utah? | Gambling is legal in Nevada. | -
Has the company paid the fine? | The company has paid the fine. | yes
Has the company paid the fine? | The company paid the fine in May. | yes
Has the company paid the fine? | The company has not paid the fine. | no
Has the company paid the fine? | The company has yet to pay the fine. | -
Will the festival return to Lyon? | The festival will return to Lyon. | yes
Will the festival return to Lyon? | The festival will not return to Lyon. | no
Will the festival return to Lyon? | The festival won't return to Lyon. | no
Will the festival return to Lyon? | The festival returned to Lyon. | -
Can penguins fly? | Penguins cannot fly. | no
Can penguins fly? | Penguins can fly. | yes
Can penguins fly? | Penguins are birds. | -
Did the mayor say the bridge was safe? | The mayor said the bridge was safe. | yes
Did the mayor say the bridge was safe? | The mayor said the bridge was not safe. | -
Did the mayor say the bridge was safe? | The mayor did not say the bridge was safe. | no
Did the mayor say the bridge was safe? | The engineer said the bridge was safe. | -
Were any talks held in Oslo? | No talks were held in Oslo. | no
Were talks held in Oslo? | Talks were held in Oslo. | yes
Were talks held in Oslo? | Talks were not held in Oslo. | no
Did the talks end with an agreement? | The talks ended without an agreement. | no
Did prices rise in May? | Prices rose in May. | yes
Did prices rise in May? | Prices fell in May. | no
Did prices rise in May? | Prices fell in June. | -
In 2020, did the court hear the case? | The court heard the case in 2020. | yes
In 2020, did the court hear the case? | The court heard the case in 2019. | -
And did the court hear the case? | The court heard the case. | yes
In Rome, did the court hear the case? | The court heard the case. | -
Did Macron meet Scholz in Berlin? | French President Emmanuel Macron met Chancellor Scholz in Berlin. | yes
Did Macron meet Scholz in Berlin? | On Monday Macron met Scholz in Berlin. | yes
Did Macron meet Scholz in Berlin? | The envoy of President Macron met Scholz in Berlin. | -
Did Macron meet Scholz in Berlin? | Macron's envoy met Scholz in Berlin. | -
Did Macron meet Scholz in Berlin? | Macron met Scholz in Paris. | -
Did Macron meet Scholz in Berlin? | Macron met the envoy of Scholz in Berlin. | -
Did Macron meet Scholz in Berlin? | Macron, reportedly, met Scholz in Berlin. | -
Did the WHO approve the vaccine? | The WHO approved the vaccine. | yes
Did the union work with WHO? | The union worked. | -
Did the US approve the vaccine? | The U.S. approved the vaccine. | yes
Did Korea win the match? | South Korea won the match. | -
Did York win the match? | New York won the match. | -
Was the bridge closed in May? | The bridge was closed in May 2020. | yes
Was the bridge closed in May? | The bridge was not closed in May. | no
Are the tests free? | The tests are free of errors. | -
Did the mayor open the bridge? | The mayor opened the bridge between two rivers and resigned. | yes
Did the senate pass the bill? | The senate voted on the bill. | -
Did the senate pass the bill? | The senate passed the bill over the president's veto. | yes
Did the senate pass the bill? | The senate passed a version of the bill. | -
Did the senate pass the bill? | The senate passed over the bill. | -
Did all the sailors survive? | The sailors survived. | -
Did only women vote? | Women voted. | -
Does the moon have an atmosphere? | The moon has an atmosphere. | yes
Does the moon have an atmosphere? | The moon has no atmosphere. | no
Does the moon have an atmosphere? | The moon does not have an atmosphere. | no
Did the court rule, while the mayor resigned? | The court ruled. | -
Did the court hear the case and did it rule? | The court heard the case. | -
Did he accept or refuse the offer? | He refused the offer. | -
Did the minister accept the offer? | The minister did not accept the offer until May. | -
Did the minister accept the offer? | The minister did not accept the offer because of the price. | -
Did the minister accept the offer? | The minister did not accept the offer on Monday. | -
Did the minister accept the offer? | On Monday, the minister did not accept the offer. | -
Did the minister accept the offer? | The minister did not accept the offer, and the union went home. | no
Did any minister resign? | No minister resigned more often than Smith. | -
Is the pigment found in plants? | The pigment is not found in any other plants. | -
Did prices rise? | Prices fell. | no
Did prices rise? | Prices fell 3 percent. | no
Did the strike stop? | The strike did not stop there. | -
Who accepted the offer? | The minister accepted the offer. | -
Did it rain? | It rained. | -
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_decide(case: str) -> None:
    question, sentence, expected = case.split(" | ")
    assert decide(question, sentence) == (None if expected == "-" else expected)


@pytest.mark.parametrize(
    ("question", "sentence", "context", "expected"),
    [
        (
            "Did the minister accept the offer?",
            "He accepted the offer.",
            "The minister met the union. He accepted the offer.",
            "yes",
        ),
        (
            "Did the minister accept the offer?",
            "He did not accept the offer.",
            "The minister met the union. He did not accept the offer. The union left.",
            "no",
        ),
        ("Did the minister accept the offer?", "He accepted the offer.", "The union met its chief.", None),
        (
            "Did the minister accept the offer?",
            "He accepted the offer.",
            "The chief of the union wrote to the minister. He accepted the offer.",
            None,
        ),
        ("Did Paul Smith win the race?", "Smith won the race.", "Paul Smith is a runner. Smith won the race.", "yes"),
        ("Did Paul Smith win the race?", "Smith won the race.", "Anna Smith is a runner. Smith won the race.", None),
        ("Did Paul Smith win the race?", "Anna Smith won the race.", "Paul Smith knows Anna Smith.", None),
        ("Did Germany invade Poland?", "Germany invaded France.", "Poland feared Germany.", None),
        ("Was Ada Lovelace born in London?", "She was born in London.", "Ada Lovelace", "yes"),
        ("Was Ada Lovelace born in London?", "She was not born in London.", "Ada Lovelace", "no"),
        ("Was Ada Lovelace born in London?", "She was born in Paris.", "Ada Lovelace lived in London.", None),
    ],
)
def test_the_context_says_who_it_is_about(question: str, sentence: str, context: str, expected: str | None) -> None:
    assert decide(question, sentence, context) == expected


def test_a_long_sentence_takes_no_longer_than_its_length() -> None:
    question = "Did the minister accept the offer of the unions?"
    part = "On Tuesday, the minister, who had been ill for weeks, accepted the offer of the unions in Paris, "
    unread = count()  # what was read is remembered

    def work(size: int) -> None:
        sentence = f"{part * size} it said {next(unread)}."
        decide(question, sentence, f"The minister. {sentence}")

    assert in_proportion(work, 20)
