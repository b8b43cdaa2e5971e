"""Measures the official Python client: what it does a second.

    python3 official_client.py <address> <token> <what>

Prints one number.
"""

import asyncio
import pathlib
import sys
import tempfile
import time

from rocketride import RocketRideClient

URI, TOKEN, WHAT = sys.argv[1:]
KIB = 1024


async def piped(client, chunk_bytes, total):
    """Megabytes a second through a pipe, as the client's own example does it."""
    chunk = bytes(chunk_bytes)
    started = time.perf_counter()
    pipe = await client.pipe(TOKEN, mime_type='application/octet-stream')
    async with pipe:
        for _ in range(total // chunk_bytes):
            await pipe.write(chunk)
        await pipe.close()
    return total / 1e6 / (time.perf_counter() - started)


async def sends(client, count):
    """Sends a second of 1 KiB each."""
    data = bytes(KIB)
    started = time.perf_counter()
    for _ in range(count):
        await client.send(TOKEN, data, mimetype='application/octet-stream')
    return count / (time.perf_counter() - started)


async def files(client, count):
    """Files of 1 KiB a second."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / f'{at}.bin' for at in range(count)]
        for path in paths:
            path.write_bytes(bytes(KIB))
        started = time.perf_counter()
        results = await client.send_files([str(path) for path in paths], TOKEN)
        took = time.perf_counter() - started
    if any(result['action'] != 'complete' for result in results):
        raise RuntimeError('A file failed')
    return count / took


async def pings(client, count):
    """Pings a second, one after the other."""
    started = time.perf_counter()
    for _ in range(count):
        await client.ping()
    return count / (time.perf_counter() - started)


MEASURES = {
    'pipe 1': lambda client: piped(client, KIB, 8 * KIB * KIB),
    'pipe 64': lambda client: piped(client, 64 * KIB, 128 * KIB * KIB),
    'send': lambda client: sends(client, 500),
    'files': lambda client: files(client, 500),
    'ping': lambda client: pings(client, 2000),
}


async def main():
    client = RocketRideClient(uri=URI, auth='bench')
    await client.connect()
    try:
        print(await MEASURES[WHAT](client))
    finally:
        await client.disconnect()


asyncio.run(main())
