# a plain def that returns one text with all the lines
import time
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def countdown(start):
    lines = ""
    for number in range(start, 0, -1):
        time.sleep(1)
        lines = lines + "event: tick\ndata: " + str(number) + "\n\n"
    return lines

@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))
