# one piece of JSON for all the steps
import json
from fastapi import FastAPI

app = FastAPI()

@app.post("/report")
async def stream_report(steps: list[dict]):
    result = []
    for step in steps:
        result.append({"event": "step", "data": json.dumps(step)})
    return result
