import pytest

from rag.english.premise import premise

CASES = """
Why did the union accept the offer? | Did the union accept the offer?
When will Solberg build the second wing? | Will Solberg build the second wing?
And in 2020, why was Ana fined? | Was Ana fined?
How many crew members were injured in the flood? | Were any crew members injured in the flood?
How many planes did France lend? | Did France lend any planes?
How many of the accidents were in Europe? | Were any of the accidents in Europe?
How much do repairs cost owners? | Do repairs cost owners anything?
How large a fee will Drakon pay? | Will Drakon pay a fee?
Which of the cameras was made in Italy? | Was any of the cameras made in Italy?
Which airport will have to close? | Will any airport have to close?
What did Rui say to reporters? | Did Rui say to reporters anything?
To whom did he sell a player? | Did he sell a player to anyone?
Who will lose a job? | Will anyone lose a job?
Who sold the ship? | Did anyone sold the ship?
Which bank failed? | Did any bank failed?
Why did the alarm not ring? |
What is the bridge? |
What caused the delay? |
Did the union accept the offer? |
Tell me about the union. |
How long is the bridge? |
"""


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_what_a_question_takes_for_granted(case: str) -> None:
    question, _, taken = case.partition(" |")
    assert premise(question) == (taken.strip() or None)
