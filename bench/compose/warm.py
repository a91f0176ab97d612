"""Times compositions and checks of a running server, over its pages as programs ask for them.

    serve(QUANYU, DATA) is a context: `ask(path)` and `send(path, name, bytes)` give milliseconds and the JSON answer.
"""

import datetime
import json
import subprocess
import time
import urllib.request
from contextlib import contextmanager


@contextmanager
def serve(quanyu, data):
    order = [quanyu, "account", "token", "jingban", "--title", "bench", "--right", "read", "--right", "enter", "--right", "export"]
    last = str(datetime.date.today() + datetime.timedelta(days=30))
    made = subprocess.run([*order, "--expires", last, "--data", data], check=True, capture_output=True, text=True)
    token = made.stdout.split()[-1]
    server = subprocess.Popen([quanyu, "serve", "--data", data, "--port", "0"], stdout=subprocess.PIPE, text=True)
    address = server.stdout.readline().strip().rstrip("/")

    def call(path, body=None, headers=()):
        head = {"Authorization": f"Bearer {token}", **dict(headers)}
        request = urllib.request.Request(address + path, data=body, headers=head)
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as answer:
            text = answer.read()
        return (time.perf_counter() - began) * 1000, text

    def ask(path):
        took, text = call(path)
        return took, text

    def send(path, name, content):
        edge = "quanyubench"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        took, text = call(path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
        return took, json.loads(text)

    try:
        yield ask, send
    finally:
        server.terminate()
        server.wait()
