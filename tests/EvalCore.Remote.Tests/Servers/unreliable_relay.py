"""Stands for an unreliable network: relays WebSocket messages to a policy server and damages answers.

--fault names what is done to some answers, chosen by a generator with a seed:
  delay   held back for a while
  halve   half of the message, as a whole message
  repeat  sent twice
  late    sent again before the next answer
  cut     half of the frame, then the TCP connection ends
  extra   one more answer, of another request, before it
  big     with 64 MiB of padding
  mixed   any of them
"""
import argparse
import asyncio
import random
import struct

import msgpack
import websockets

FAULTS = ["delay", "halve", "repeat", "late", "cut", "extra", "big"]


def frame_header(length):
    if length < 126:
        return bytes([0x82, length])
    return struct.pack(">BBH", 0x82, 126, length) if length < 65536 else struct.pack(">BBQ", 0x82, 127, length)


def padded(answer, size):
    value = msgpack.unpackb(answer, strict_map_key=False)
    value["padding"] = bytes(size)
    return msgpack.packb(value)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--server", required=True)
    parser.add_argument("--fault", default="mixed", choices=FAULTS + ["mixed", "none"])
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--most", type=int, default=1000000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    done = 0

    async def session(client):
        nonlocal done
        async with websockets.connect(args.server, compression=None, max_size=None, ping_interval=None) as server:

            async def forward():
                async for message in client:
                    await server.send(message)
                await server.close()

            forwarding = asyncio.ensure_future(forward())
            last, late, number = None, None, 0
            try:
                async for answer in server:
                    number += 1
                    fault = None
                    if number > 1 and args.fault != "none" and done < args.most and chance.random() < args.share:
                        fault = chance.choice(FAULTS) if args.fault == "mixed" else args.fault
                        done += 1
                    if late is not None:
                        await client.send(late)
                        late = None
                    if fault == "delay":
                        await asyncio.sleep(0.3)
                    if fault == "halve":
                        await client.send(answer[: len(answer) // 2])
                    elif fault == "cut":
                        client.transport.write(frame_header(len(answer)) + answer[: len(answer) // 2])
                        client.transport.close()
                        break
                    elif fault == "big":
                        await client.send(padded(answer, 64 << 20))
                    else:
                        if fault == "extra" and last is not None:
                            await client.send(last)
                        await client.send(answer)
                        if fault == "repeat":
                            await client.send(answer)
                        elif fault == "late":
                            late = answer
                    last = answer
            except websockets.ConnectionClosed:
                pass
            finally:
                forwarding.cancel()
                await client.close()

    async with websockets.serve(session, "127.0.0.1", args.port, compression=None, max_size=None, ping_interval=None) as listener:
        print("LISTENING", list(listener.sockets)[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
