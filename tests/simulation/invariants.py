from tests.simulation.stage import Stage
from sqlalchemy import select, func
from tieout.store.tables import pair
def tally(stage):
    with stage.database.read() as tx:
        return {f"{k} {s} {c}".strip(): n for k,s,c,n in tx.execute(select(pair.c.kind,pair.c.state,pair.c.cause,func.count()).group_by(pair.c.kind,pair.c.state,pair.c.cause))}
def always(stage): return []
async def at_rest(stage, random): return []
