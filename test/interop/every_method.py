"""Calls every public method of the official Python client once.

    python3 every_method.py <address>

Prints one JSON object: for each method what it returned, as the names of its
members, or the name and the text of what it raised. Methods are found by
looking at the client, so that none of a newer version is left out unnoticed: one
that has no call below fails for want of arguments. Of each what its declared type
has and the result has not is printed as well; and which classes of the package
have methods that wait, but none that was called.
"""

import asyncio
import importlib
import inspect
import json
import os
import pkgutil
import sys
import tempfile
import types
import typing

import rocketride
from rocketride import RocketRideClient
from rocketride.schema import Question

URI = sys.argv[1]
KEY = 'secret'
TIMEOUT = 20
# One method takes the key from here alone.
os.environ['ROCKETRIDE_APIKEY'] = KEY


def component(ident, provider, lane=None, source=None, config=None):
    entry = {'id': ident, 'provider': provider, 'config': config or {}}
    if lane:
        entry['input'] = [{'lane': lane, 'from': source}]
    return entry


PIPELINE = {
    'name': 'Every method',
    'project_id': 'every-method',
    'source': 'in',
    'components': [
        component('in', 'webhook'),
        component('out', 'response_text', 'text', 'in'),
        component('ask', 'llm_mock', 'questions', 'in'),
        component('answers', 'response_answers', 'answers', 'ask'),
    ],
}
FAULTY_PIPELINE = {
    **PIPELINE,
    'components': [
        *PIPELINE['components'],
        component('unknown', 'nowhere', 'text', 'in'),
        component('alone', 'response_text'),
    ],
}
TOOL_PIPELINE = {
    'project_id': 'every-tool',
    'source': 'in',
    'components': [
        component('in', 'chat'),
        component('agent', 'agent_rocketride', 'questions', 'in'),
        component('out', 'response_answers', 'answers', 'agent'),
        {
            'id': 'files',
            'provider': 'tool_filesystem',
            'config': {},
            'control': [{'classType': 'tool', 'from': 'agent'}],
        },
        {
            'id': 'memory',
            'provider': 'memory_internal',
            'config': {},
            'control': [{'classType': 'memory', 'from': 'agent'}],
        },
        {
            'id': 'model',
            'provider': 'llm_mock',
            'config': {},
            'control': [{'classType': 'llm', 'from': 'agent'}],
        },
        component('db', 'test_database', 'questions', 'in'),
    ],
}


def methods_of(client):
    """The public methods of a client and of what hangs on it, by their paths."""
    found = {}
    for name in dir(client):
        if name.startswith('_'):
            continue
        value = getattr(client, name)
        if inspect.isroutine(value):
            found[name] = value
        elif type(value).__module__.startswith('rocketride') and not isinstance(
            value, (str, int, float, bool, dict, list)
        ):
            for inner in dir(value):
                method = getattr(value, inner)
                if not inner.startswith('_') and inspect.isroutine(method):
                    found[f'{name}.{inner}'] = method
    return found


def waiting_classes():
    """The classes of the package with public methods that wait for something."""

    def found(holder, module):
        for it in vars(holder).values():
            if not inspect.isclass(it) or it.__module__ != module:
                continue
            if any(
                inspect.iscoroutinefunction(method) and not name.startswith('_')
                for name, method in vars(it).items()
            ):
                yield it
            if it is not holder:
                yield from found(it, module)

    for info in pkgutil.walk_packages(rocketride.__path__, 'rocketride.'):
        if info.name != 'rocketride.rocketride':  # a script, made for another folder
            yield from found(importlib.import_module(info.name), info.name)


class Calls:
    """What each method is called with; keys are the methods' paths."""

    def __init__(self, client, token, folder):
        self.client = client
        self.token = token
        self.folder = folder
        self.handles = {}

    def table(self):
        client, token, folder = self.client, self.token, self.folder
        question = Question()
        question.addQuestion('Which capital?')
        request = client.build_request('rrext_ping')
        project, source, team = 'every-method', 'in', 'local'
        key = {'token': token}
        upload = f'{folder}/a.txt'
        return {
            'account.add_team_member': lambda m: m('o', team_id='t', user_id='u', permissions=[]),
            'account.create_key': lambda m: m(name='k'),
            'account.create_team': lambda m: m('o', 't'),
            'account.delete_team': lambda m: m('o', 't'),
            'account.get_env': lambda m: m('user'),
            'account.get_org': lambda m: m('o'),
            'account.get_team_detail': lambda m: m('o', 't'),
            'account.invite_member': lambda m: m(
                'o', email='a@b.c', given_name='A', family_name='B', role='member'
            ),
            'account.list_members': lambda m: m('o'),
            'account.list_teams': lambda m: m('o'),
            'account.remove_member': lambda m: m('o', 'u'),
            'account.remove_team_member': lambda m: m('o', team_id='t', user_id='u'),
            'account.revoke_key': lambda m: m('k'),
            'account.set_dev_team': lambda m: m('t'),
            'account.set_env': lambda m: m('user', {'ROCKETRIDE_A': 'b'}),
            'account.update_member_role': lambda m: m('o', 'u', 'member'),
            'account.update_org_name': lambda m: m('o', 'n'),
            'account.update_profile': lambda m: m(displayName='Ada'),
            'account.update_team_member_perms': lambda m: m(
                'o', team_id='t', user_id='u', permissions=[]
            ),
            'add_monitor': lambda m: m(key, ['summary']),
            'billing.cancel_subscription': lambda m: m('o', 'a'),
            'billing.create_checkout_session': lambda m: m('o', 'a', 'p'),
            'billing.create_credit_checkout': lambda m: m('o', 'p', 'https://a.example'),
            'billing.create_portal_session': lambda m: m('o', 'https://a.example'),
            'billing.get_credit_balance': lambda m: m('o'),
            'billing.get_details': lambda m: m('o'),
            'billing.get_product_prices': lambda m: m('a'),
            'billing.get_transaction_distinct': lambda m: m('o', 'kind'),
            'billing.get_transactions': lambda m: m('o'),
            'billing.get_usage_by_team': lambda m: m('o'),
            'billing.get_usage_by_user': lambda m: m('o'),
            'billing.purchase_topup': lambda m: m('o', 'p'),
            'billing.redeem_promo_code': lambda m: m('o', 'c'),
            'billing.upgrade_subscription': lambda m: m('o', 'a', 'p'),
            'billing.validate_promo_code': lambda m: m('o', 'c'),
            'build_error': lambda m: m(request, 'no'),
            'build_event': lambda m: m('e'),
            'build_exception': lambda m: m(request, ValueError('no')),
            'build_log': lambda m: m('a', 1),
            'build_request': lambda m: m('rrext_ping'),
            'build_response': lambda m: m(request),
            'call': lambda m: m('rrext_ping'),
            'chat': lambda m: m(token=token, question=question),
            'dap_request': lambda m: m('rrext_ping'),
            'database.begin_transaction': lambda m: m(token=self.tool_token),
            'database.commit': lambda m: self.ended(m),
            'database.dialect': lambda m: m(token=self.tool_token),
            'database.query': lambda m: m(
                token=self.tool_token, sql='select 1', node_id='db'
            ),
            'database.rollback': lambda m: self.ended(m),
            'debug_message': lambda m: m('a'),
            'debug_protocol': lambda m: m('a'),
            'delete_template': lambda m: m('t1'),
            'deploy.add': lambda m: m(PIPELINE, deploy_to=team),
            'deploy.artifact': lambda m: m(project, 1),
            'deploy.deploy': lambda m: m(project, 1, team),
            'deploy.disable': lambda m: m(project, team),
            'deploy.enable': lambda m: m(project, team),
            'deploy.get': lambda m: m(project, team),
            'deploy.history': lambda m: m(project),
            'deploy.pause_schedule': lambda m: m(project, source, team),
            'deploy.preview': lambda m: m('0 * * * *'),
            'deploy.remove': lambda m: m(project, team),
            'deploy.resume_schedule': lambda m: m(project, source, team),
            'deploy.run': lambda m: m(project, source, team),
            'deploy.set_schedule': lambda m: m(project, source, '0 * * * *', team),
            'deploy.set_source_config': lambda m: m(project, source, team),
            'deploy.versions': lambda m: m(project),
            'deploy.add_app': lambda m: m(f'{folder}/apps/my-app', workspace_root=folder),
            'deploy.create_app': lambda m: m('my-app', workspace_root=folder),
            'deploy.verify_app': lambda m: m(f'{folder}/apps/my-app', workspace_root=folder),
            'did_fail': lambda m: m({'success': True}),
            'disable_app_publish': lambda m: m('a', 'marketplace'),
            'fs_close': lambda m: m(self.handles['r'], 'r'),
            'fs_delete': lambda m: m('every/b.json'),
            'fs_get_url': lambda m: m('every/a.txt'),
            'fs_list_dir': lambda m: m('every'),
            'fs_mkdir': lambda m: m('every/more'),
            'fs_open': lambda m: self.opened(m),
            'fs_read': lambda m: m(self.handles['r']),
            'fs_read_json': lambda m: m('every/b.json'),
            'fs_read_many': lambda m: m(['every/a.txt', 'every/b.json']),
            'fs_read_string': lambda m: m('every/a.txt'),
            'fs_rename': lambda m: m('every/more', 'every/less'),
            'fs_rmdir': lambda m: m('every/less'),
            'fs_stat': lambda m: m('every/a.txt'),
            'fs_write': lambda m: m(self.handles['w'], b'written'),
            'fs_write_json': lambda m: m('every/b.json', {'n': 1}),
            'fs_write_string': lambda m: m('every/a.txt', 'text'),
            'get_server_info': lambda m: m(URI),
            'normalize_uri': lambda m: m(URI),
            'resolve_endpoints': lambda m: m(None, URI),
            'get_log': lambda m: m(project, self.log_name),
            'delete_log': lambda m: m(project, self.log_name),
            'get_service': lambda m: m('webhook'),
            'get_task_pipeline': lambda m: m(token),
            'get_task_status': lambda m: m(token),
            'get_task_token': lambda m: m(project, source),
            'get_template': lambda m: m('t1'),
            'get_web_response': lambda m: m({'a': 1}),
            'identify': lambda m: m('every-method'),
            'list_deployments': lambda m: m('a'),
            'list_logs': lambda m: m(project),
            'log.chapters': lambda m: m(project, source),
            'log.delete': lambda m: m(project, source, all=True),
            'log.read': lambda m: m(project, source, max_events=1),
            'log.segment': lambda m: m(project, source, 1),
            'log.streams': lambda m: m(project, source),
            'on_connect_error': lambda m: m(ValueError('no')),
            'on_event': lambda m: m({'event': 'e'}),
            'on_receive': lambda m: m({'type': 'event', 'event': 'e', 'seq': 1}),
            'log.open_event_stream': lambda m: m(project, source),
            'pipe': lambda m: m(token, mime_type='text/plain'),
            'publish_app': lambda m: m('a', 1, 'marketplace'),
            'remove_app_publish': lambda m: m('a', 'marketplace'),
            'remove_monitor': lambda m: m(key, ['summary']),
            'reply_app': lambda m: m('a', 'thanks'),
            'request': lambda m: m(client.build_request('rrext_ping')),
            'resolve_config': lambda m: m('llm_mock'),
            'restart': lambda m: m(
                project_id=project, source=source, pipeline=PIPELINE, token=token
            ),
            'save_log': lambda m: self.saved_log(m),
            'save_template': lambda m: m('t1', PIPELINE),
            'send': lambda m: m(token, 'text', mimetype='text/plain'),
            'send_files': lambda m: m([upload], token),
            'set_env': lambda m: m({'ROCKETRIDE_A': 'b'}),
            'set_events': lambda m: m(token, ['summary']),
            'submit_app': lambda m: m('a', 1),
            'tool': lambda m: m(token=self.tool_token, tool='files.list_directory', input={'path': ''}),
            'use': lambda m: m(pipeline={**PIPELINE, 'project_id': 'another'}),
            'validate': lambda m: m(FAULTY_PIPELINE),
            'where_app': lambda m: m('a'),
            'withdraw_app': lambda m: m('a', 1),
        }

    async def opened(self, method):
        self.handles['w'] = (await method('every/c.txt', 'w'))['handle']
        self.handles['r'] = (await method('every/a.txt', 'r'))['handle']

    async def ended(self, method):
        begin = self.client.database.begin_transaction
        begun = await begin(token=self.tool_token)
        session_id = begun['session_id'] if isinstance(begun, dict) else begun
        return await method(token=self.tool_token, session_id=session_id)

    async def saved_log(self, method):
        self.log_name = await method(
            'every-method', 'in', {'events': [], 'body': {'startTime': 1}}
        )


# In this order; all others in between, by name.
FIRST = [
    'fs_write_string', 'fs_write_json', 'fs_open', 'fs_read', 'fs_write', 'fs_close',
    'fs_mkdir', 'save_template', 'save_log', 'deploy.add', 'deploy.deploy',
    'deploy.set_schedule', 'deploy.create_app', 'send', 'chat', 'add_monitor',
]  # fmt: skip
LAST = [
    'log.delete', 'fs_rename', 'fs_rmdir', 'fs_delete', 'delete_template', 'delete_log',
    'deploy.remove', 'remove_monitor', 'clear_all_monitors', 'restart', 'terminate',
    'logout', 'detach', 'disconnect', 'on_disconnected',
]  # fmt: skip
# They end the connection or change the credential of the session: a client each.
APART = ['attach', 'connect', 'login', 'account.delete_account', 'raise_exception']


def shape_of(value, depth=3):
    """The names of the members, of the first item of lists as well."""
    if hasattr(value, 'model_dump'):
        value = value.model_dump()
    if isinstance(value, dict) and depth > 0:
        return {str(name): shape_of(it, depth - 1) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape_of(it, depth) for it in value[:1]]
    return type(value).__name__


def declared(method):
    """What a method says that it returns."""
    try:
        return typing.get_type_hints(method).get('return')
    except NameError:  # a name that is there for type checkers alone
        return None


def absent(value, kind, path):
    """The members that a type declares and a value does not have, by their paths."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return []
        found = [absent(value, it, path) for it in args if it is not type(None)]
        return min(found, key=len)
    if origin in (typing.Required, typing.NotRequired, typing.Annotated):
        return absent(value, args[0], path)
    if typing.is_typeddict(kind):
        if not isinstance(value, dict):
            return [path]
        hints = typing.get_type_hints(kind)
        return [
            missing
            for name, inner in hints.items()
            for missing in (
                absent(value[name], inner, f'{path}.{name}')
                if name in value
                else [f'{path}.{name}']
            )
        ]
    if origin is list and isinstance(value, list):
        if not value and typing.is_typeddict(args[0]):
            return [f'{path}[]']  # nothing to look at
        items = [absent(it, args[0], f'{path}[]') for it in value]
        return sorted({missing for found in items for missing in found})
    if origin is dict and isinstance(value, dict):
        items = [absent(it, args[1], f'{path}.*') for it in value.values()]
        return sorted({missing for found in items for missing in found})
    return []


async def called(name, method, table):
    try:
        returned = table[name](method) if name in table else method()
        if inspect.isawaitable(returned):
            returned = await asyncio.wait_for(returned, TIMEOUT)
        missing = absent(returned, declared(method), name)
        return {'ok': shape_of(returned), 'absent': missing}
    except Exception as error:  # noqa: BLE001 - it is the result
        return {'failed': f'{type(error).__name__}: {error}'}


def public(thing):
    return sorted(name for name in dir(thing) if not name.startswith('_'))


async def use_pipe(client, token, seen):
    """The methods of an open pipe."""
    pipe = await client.pipe(token, mime_type='application/rocketride-question')
    question = Question()
    question.addQuestion('Which capital?')
    table = {
        'tool': lambda m: m(
            tool='put', node_id='memory', input={'key': 'a', 'value': 1}
        ),
        'write': lambda m: m(question.model_dump_json().encode()),
    }
    order = ['open', 'tool', 'write', 'close']
    missing = set(public(pipe)) - {'is_opened', 'pipe_id'} - set(order)
    for name in [*order, *sorted(missing)]:
        seen[f'DataPipe.{name}'] = await called(name, getattr(pipe, name), table)
    seen['classes'].add(type(pipe))
    seen['DataPipe.is_opened'] = {'ok': shape_of(pipe.is_opened)}
    seen['DataPipe.pipe_id'] = {'ok': shape_of(pipe.pipe_id)}


async def use_stream(client, token, live, seen):
    """
    The methods of a stream of the log: it is played from begin to end, and goes
    on with the events of another object.
    """
    stream = client.log.open_event_stream('every-tool', 'in')
    if inspect.isawaitable(stream):
        stream = await stream
    log = client.log
    overview = await log.chapters('every-tool', 'in')
    first, last_time = overview['startTime'], overview['endTime']
    events = (await log.read('every-tool', 'in'))['events']
    begun = [it for it in events if it['body'].get('op') == 'begin']
    begin_seq = begun[0]['body']['logSeq']
    played = []
    done = asyncio.Event()

    def take(item):
        played.append(item)
        if len(played) == len(events):
            done.set()

    table = {
        'seek': lambda m: m(last_time),
        'get_console': lambda m: m(5),
        'get_trace': lambda m: m(begin_seq),
        'get_traces': lambda m: m(5),
        'ingest_live': lambda m: m(events[-1]),
        'play': lambda m: m(first - 1, 0, take),
    }
    order = [
        'seek', 'position', 'get_chapters', 'get_status', 'get_console',
        'get_traces', 'get_trace', 'play',
    ]  # fmt: skip
    last = ['pause', 'ingest_live', 'close_event_stream']
    missing = sorted(set(public(stream)) - set(order) - set(last))
    for name in [*order, *missing]:
        seen[f'LogEventStream.{name}'] = await called(
            name, getattr(stream, name), table
        )
    await asyncio.wait_for(done.wait(), TIMEOUT)
    past = [it['body']['logSeq'] for it in events]
    numbers = [it['event']['body']['logSeq'] for it in played]
    same_past = numbers[: len(past)] == past

    async def reach(number):
        while played[-1]['event']['body']['logSeq'] < number:
            await asyncio.sleep(0.01)

    live.append(stream.ingest_live)
    question = Question()
    question.addQuestion('Which capital?')
    for _ in range(2):
        await client.chat(token=token, question=question)
        recorded = [
            it['body']['logSeq'] for it in (await log.read('every-tool', 'in'))['events']
        ]
        await asyncio.wait_for(reach(recorded[-1]), TIMEOUT)
    live.clear()
    numbers = [it['event']['body']['logSeq'] for it in played]
    seen['played'] = {
        'past': same_past,
        'rises': all(one < next for one, next in zip(numbers, numbers[1:])),
        'lost': sorted(set(recorded) - set(numbers)),
    }
    for name in last:
        seen[f'LogEventStream.{name}'] = await called(
            name, getattr(stream, name), table
        )
    seen['classes'].add(type(stream))


async def main():
    seen = {'classes': set()}
    live = []

    async def on_event(event):
        for listener in live:
            listener(event)

    client = RocketRideClient(URI, auth=KEY, on_event=on_event)
    await client.connect()
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/a.txt', 'w', encoding='utf-8') as file:
            file.write('text of a file')
        token = (await client.use(pipeline=PIPELINE))['token']
        calls = Calls(client, token, folder)
        traced = {'pipeline': TOOL_PIPELINE, 'pipelineTraceLevel': 'full'}
        calls.tool_token = (await client.use(**traced))['token']
        table = calls.table()
        table['terminate'] = lambda m: m(token)
        await use_pipe(client, calls.tool_token, seen)
        await use_stream(client, calls.tool_token, live, seen)
        methods = methods_of(client)
        between = sorted(set(methods) - set(FIRST) - set(LAST) - set(APART))
        for name in [*FIRST, *between, *LAST]:
            if name in methods:
                seen[name] = await called(name, methods[name], table)
    other = RocketRideClient(URI, auth=KEY)
    apart = {
        'attach': lambda m: m(),
        'login': lambda m: m(KEY),
        'connect': lambda m: m(),
        'account.delete_account': lambda m: m(),
        'raise_exception': lambda m: m(ValueError('no')),
    }
    for name in APART:
        method = methods_of(other).get(name)
        if method:
            seen[name] = await called(name, method, apart)
    await other.disconnect()
    parts = [client, *(getattr(client, name.split('.')[0]) for name in methods if '.' in name)]
    called_classes = seen.pop('classes') | {type(it) for it in parts}
    bases = {base for it in called_classes for base in it.__mro__}
    seen['uncalled'] = sorted(
        it.__qualname__ for it in waiting_classes() if it not in bases
    )
    print(json.dumps(seen))


asyncio.run(main())
