"""Drives the official Python client through everything that it documents.

    python3 official_client.py <address> <folder with pipelines>

Prints one JSON object: what each step gave. A step that raises is reported by
the name of what it raised, so that one failure does not hide the others.
"""

import asyncio
import json
import pathlib
import sys
import tempfile

from rocketride import RocketRideClient
from rocketride.schema import Question

URI, PIPELINES = sys.argv[1], pathlib.Path(sys.argv[2])
seen = {}


def step(name):
    """Runs a coroutine function at once and keeps what it returns."""

    def keep(function):
        async def run(*args):
            try:
                seen[name] = await asyncio.wait_for(function(*args), 20)
            except Exception as error:  # noqa: BLE001 - it is the result
                seen[name] = f'{type(error).__name__}: {error}'

        return run

    return keep


def pipeline_file(name):
    return str(PIPELINES / f'{name}.pipe.json')


@step('connection')
async def connection(client):
    info = client.get_connection_info()
    return [client.is_connected(), info['connected'], client.get_apikey()]


@step('ping')
async def ping(client):
    return await client.ping()


@step('services')
async def services(client):
    known = await client.get_services()
    names = known.get('services', known)
    one = await client.get_service('webhook')
    return ['webhook' in names, 'response_text' in names, bool(one)]


@step('validate')
async def validate(client):
    good = json.loads(pathlib.Path(pipeline_file('text')).read_text())
    verdict = await client.validate(good)
    return verdict.get('errors', [])


@step('send')
async def send(client, token):
    result = await client.send(
        token, 'Hello, pipeline!', objinfo={'name': 'input.txt'}, mimetype='text/plain'
    )
    return [result['name'], result['text'], result['result_types']]


@step('pipe')
async def pipe(client, token):
    stream = await client.pipe(token, objinfo={'name': 'large.csv'}, mime_type='text/csv')
    async with stream:
        for row in range(3):
            await stream.write(f'{row},row\n'.encode())
        result = await stream.close()
    return result['text']


@step('send_files')
async def send_files(client, token):
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name in ('a.txt', 'b.txt', 'c.md'):
            path = pathlib.Path(folder) / name
            path.write_text(f'text of {name}')
            files.append(str(path))
        files[2] = (files[2], {'tag': 'export'}, 'text/plain')
        results = await client.send_files(files, token)
    return [
        [pathlib.Path(one['filepath']).name, one['action'], one['bytes_sent'], one['result']['text']]
        for one in results
    ]


@step('events')
async def events(client, token, events_seen):
    await client.set_events(token, ['summary', 'task'])
    await client.send(token, 'again', mimetype='text/plain')
    for _ in range(200):
        if 'apaevt_status_update' in events_seen:
            return True
        await asyncio.sleep(0.05)
    return sorted(events_seen)


@step('status')
async def status(client, token):
    got = await client.get_task_status(token)
    return [got['state'], got['completed'], got['completedCount'], got['totalCount']]


@step('chat')
async def chat(client):
    task = await client.use(filepath=pipeline_file('chat'))
    question = Question()
    question.addInstruction('Length', 'One word')
    question.addQuestion('What is the capital of France?')
    response = await client.chat(token=task['token'], question=question)
    await client.terminate(task['token'])
    return response['answers']


@step('refused')
async def refused(client):
    """What a pipeline that does not run is answered with."""
    return await client.send('tk_' + '0' * 32, 'data')


@step('terminated')
async def terminated(client, token):
    await client.terminate(token)
    return (await client.get_task_status(token))['state']


@step('low level')
async def low_level(client):
    request = client.build_request('rrext_ping')
    response = await client.request(request, timeout=5000)
    unknown = await client.request(client.build_request('rrext_nothing'), timeout=5000)
    return [client.did_fail(response), client.did_fail(unknown)]


@step('templates')
async def templates(client):
    await client.save_template('invoice', {'components': [], 'source': 'in'})
    got = await client.get_template('invoice')
    everything = await client.get_all_templates()
    await client.delete_template('invoice')
    return [got.get('pipeline', got)['source'], everything['count']]


@step('files')
async def files(client):
    await client.fs_mkdir('notes')
    await client.fs_write_string('notes/a.txt', 'first')
    await client.fs_write_json('notes/b.json', {'n': 1})
    await client.fs_rename('notes/a.txt', 'notes/c.txt')
    listed = await client.fs_list_dir('notes')
    result = [
        await client.fs_read_string('notes/c.txt'),
        await client.fs_read_json('notes/b.json'),
        sorted(entry['name'] for entry in listed['entries']),
        (await client.fs_stat('notes/c.txt'))['exists'],
    ]
    await client.fs_delete('notes/b.json')
    return result


@step('dashboard')
async def dashboard(client):
    got = await client.get_dashboard()
    return [len(got['connections']) >= 1, 'overview' in got]


@step('credential')
async def credential():
    client = RocketRideClient(uri=URI, auth='wrong')
    try:
        await client.connect()
    finally:
        await client.disconnect()


async def main():
    events_seen = set()

    async def on_event(message):
        events_seen.add(message.get('event'))

    # No `async with`: clients of 1.1 are no context managers.
    client = RocketRideClient(uri=URI, auth='secret', on_event=on_event)
    await client.connect()
    try:
        await connection(client)
        await ping(client)
        await services(client)
        await validate(client)
        task = await client.use(filepath=pipeline_file('text'))
        token = task['token']
        await send(client, token)
        await pipe(client, token)
        await send_files(client, token)
        await events(client, token, events_seen)
        await status(client, token)
        await terminated(client, token)
        await chat(client)
        await refused(client)
        await low_level(client)
        if hasattr(client, 'fs_open'):
            await files(client)
        if hasattr(client, 'save_template'):
            await templates(client)
        if hasattr(client, 'get_dashboard'):
            await dashboard(client)
    finally:
        await client.disconnect()
    await credential()
    print(json.dumps(seen))


asyncio.run(main())
