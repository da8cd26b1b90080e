import json
import pytest
from edge import *
from samples import *
BIG="\U0001F600"*2000
ADDR=lambda n: {"name":"\U0001F600"*200,"lines":["\U0001F600"*200]*4,"city":str(n)+"\U0001F600"*150,"postal_code":"\U0001F600"*20,"country":"ES"}
def test_contacts(api):
    for n in range(60):
        r=api.send("PUT","/sellers/acme/contacts",api.headers(ACME),json.dumps({"return_addresses":[ADDR(n*100+k) for k in range(12)]},ensure_ascii=False).encode())
        if r.status!=200: print("contacts",n,r.status,r.body); break
    else: print("contacts ok")
    assert 0
def test_disp(api):
    bring(api,Stop.NEGOTIATING)
    put=lambda who,path,body: api.send("POST",path,api.headers(who),json.dumps(body,ensure_ascii=False).encode())
    for who in (ANA,ACME):
        for n in range(25):
            r=put(who,"/disputes/o-1-d1/evidence",{"note":BIG})
            if r.status!=200: print("evidence",who,n,r.status,r.body[:200]); break
    for n in range(45):
        r=put(ACME,"/disputes/o-1-d1/proposals",{"type":"refund","amount":euros(1001+n),"note":BIG,"return_address":None})
        if r.status!=200: print("proposals",n,r.status,r.body[:200]); break
    r=put(ANA,"/disputes/o-1-d1/escalate",{"note":BIG}); print(r.status,r.body[:200])
    r=put(MIA,"/disputes/o-1-d1/assignment",{}); print(r.status)
    for n in range(12):
        r=put(MIA,"/disputes/o-1-d1/information-requests",{"to":"seller","question":BIG})
        if r.status!=200: print("q",n,r.status,r.body[:200]); break
    r=put(MIA,"/disputes/o-1-d1/decision",{**DECISION,"rationale":BIG}); print(r.status,r.body[:200])
    print("timeline",api.call(ANA,"GET","/disputes/o-1-d1/timeline").status, len(api.call(ANA,"GET","/disputes/o-1-d1/timeline").body), len(r.body))
    print(max((len(json.dumps(i,ensure_ascii=False).encode()),i["sk"]["S"]) for i in api.table.snapshot()))
    assert 0
def test_order(api):
    lines=[{"id":f"{n:02}"+"x"*60,"title":"\U0001F600"*100,"quantity":1,"unit_price":euros(10**11)} for n in range(50)]
    r=api.send("PUT","/orders/o-1",api.headers(MARKET),json.dumps({**ORDER,"lines":lines},ensure_ascii=False).encode()); print(r.status,r.body[:100])
    for n in range(21):
        r=api.call(MARKET,"POST","/orders/o-1/shipments",shipped_with(n)); 
        if r.status!=201: print("ship",n,r.status,r.body[:200]); break
    for n in range(20):
        ev=[{**shipped_with(n),"status":"in_transit","occurred_at":at(NOON+DAY*0+ HOUR*0 - timedelta(seconds=k))} for k in range(100)]
        r=api.call(MARKET,"POST","/carrier-events",{"events":ev})
        if r.status!=200: print("ev",n,r.status,r.body[:200]); break
        c={x["status"] for x in r.json["results"]}
        if c!={"recorded"}: print(n,c)
    r=api.call(ANA,"GET","/orders/o-1"); print(r.status,len(r.body))
    r=api.call(ANA,"POST","/orders/o-1/receipt",{}); print(r.status,r.body[:200])
    print(max((len(json.dumps(i,ensure_ascii=False).encode()),i["sk"]["S"]) for i in api.table.snapshot()))
    assert 0
