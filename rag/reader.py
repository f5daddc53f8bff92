"""provisional"""
from rag.schema import Reading, Evidence
class SimilarityReader:
    name="similarity-1"; threshold=0.4
    def __init__(self,index): self.index=index
    def read(self,question,hits):
        sents=[(h.passage,s) for h in hits for s in h.passage.sentences]
        if not sents: return Reading((),0.0)
        v=self.index.encoder.encode([question]+[p.quote(s) for p,s in sents])
        sc=v[1:]@v[0]
        ev=sorted((Evidence(p,s,float(x)) for (p,s),x in zip(sents,sc)),key=lambda e:-e.score)
        return Reading(tuple(ev),ev[0].score)
