"""Answers openpi's requests with odd answers: --answer says which. With --hello it greets as a vla-eval server.

With --reset-after it resets the connection after those of its answers, counted over all connections.
"""
import argparse
import asyncio
import json
import socket
import struct

import msgpack
import numpy as np
import websockets


def openpi(array):
    return {b"__ndarray__": True, b"data": array.tobytes(), b"dtype": array.dtype.str, b"shape": list(array.shape)}


def answer(kind):
    chunk = np.linspace(-0.3, 0.8, 10, dtype=np.float32)[:, None]
    if kind == "plain":
        return {"actions": openpi(chunk)}
    if kind == "round-times":
        return {"actions": openpi(chunk), "server_timing": {"infer_ms": 0.3}}
    if kind == "null":
        return {"actions": None}
    if kind == "wrong-shape":
        return {"actions": openpi(np.zeros((10, 3), np.float32))}
    if kind == "three-dimensions":
        return {"actions": openpi(chunk[None])}
    if kind == "nan":
        chunk[1] = np.nan
        return {"actions": openpi(chunk)}
    if kind == "no-actions":
        return {"action_chunk": openpi(chunk)}
    if kind == "no-map":
        return [1, 2, 3]
    if kind == "text":
        return "Traceback (most recent call last):\n  File ...\nsomething is wrong\n"
    if kind == "short":
        return {"actions": openpi(chunk[:1])}
    if kind == "strings":
        return {"actions": openpi(np.array(["ab", "cd"])[:, None])}
    if kind == "other-form":
        return {"actions": {key.decode(): value for key, value in openpi(chunk).items()}}
    if kind == "msgpack-numpy":
        return {"actions": {b"nd": True, b"type": "<f4", b"kind": b"", b"shape": list(chunk.shape), b"data": chunk.tobytes()}}
    if kind == "lists":
        return {"actions": chunk.astype(float).tolist()}
    if kind == "big-endian":
        return {"actions": openpi(chunk.astype(">f4"))}
    if kind == "float64":
        return {"actions": openpi(chunk.astype(np.float64)), "state": openpi(np.zeros(3)), "policy_timing": {"infer_ms": 1.0}}
    if kind == "one-action":
        return {"action": openpi(chunk[0])}
    raise ValueError(kind)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answer", required=True)
    parser.add_argument("--hello", type=json.loads)
    parser.add_argument("--reset-after", type=json.loads, default=[])
    args = parser.parse_args()
    answers = 0

    async def session(ws):
        nonlocal answers
        if args.hello is not None:
            hello = msgpack.unpackb(await ws.recv())
            await ws.send(msgpack.packb({"type": "hello", "payload": args.hello, "seq": hello["seq"], "timestamp": 0.0}))
        else:
            await ws.send(msgpack.packb({}))
        async for _ in ws:
            value = answer(args.answer)
            await ws.send(value if isinstance(value, str) else msgpack.packb(value))
            answers += 1
            if answers in args.reset_after:
                ws.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                ws.transport.abort()

    async with websockets.serve(session, "127.0.0.1", args.port, compression=None, max_size=None) as server:
        print("LISTENING", list(server.sockets)[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
