"""placeholder"""
from typing import NamedTuple,Any
from collections import Counter
import re
class Counts(NamedTuple):
    x:int=0
    @classmethod
    def of(cls,h,q): return cls()
class Term(NamedTuple):
    what:str; calls:int; why:str=""
def first_sync(b,a): return [Term("x",1)]
def by_path(log):
    c=Counter(re.sub(r"/v3/company/\d+","",e["method"]+" "+e["path"]) for e in log)
    return dict(c.most_common())
