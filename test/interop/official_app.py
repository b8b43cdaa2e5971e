"""Makes and checks apps with the official client: what it finds is JSON."""

import json
import sys
from dataclasses import asdict

from rocketride._app_pack import verify_app_source
from rocketride._app_scaffold import create_app_workspace

workspace, *slugs = sys.argv[1:]
created = create_app_workspace(
    workspace,
    slugs[0],
    template='Dashboard',
    display_name='My notes',
    developer_id='acme',
    sidebar=True,
    doc_tabs=True,
    install=False,
)
reports = [asdict(verify_app_source(workspace, f'apps/{slug}')) for slug in slugs]
print(json.dumps({'created': created, 'reports': reports}))
