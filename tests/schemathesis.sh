#!/usr/bin/env bash
# Fuzzes the control API against its own OpenAPI document: no 5xx, no answer that the document does not describe.
# Not part of the gate; needs Python and `pip install schemathesis==4.32.5 openapi-spec-validator`.
#
# usage: tests/schemathesis.sh path/to/quince [seconds]
set -euo pipefail

quince=$(realpath "$1")
seconds=${2:-60}
folder=$(mktemp -d)
cd "$folder"
"$quince" serve --listen 127.0.0.1:0 --ready-file ready.json --world small-school --log error >/dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -r "$folder"' EXIT
for _ in $(seq 100); do
    [ -e ready.json ] && break
    sleep 0.1
done
control=$(jq -r .control_url ready.json)
curl -sS "$control/openapi.json" >openapi.json
python3 -m openapi_spec_validator openapi.json
schemathesis run openapi.json --url "$control" --max-time "$seconds" --seed 1 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --suppress-health-check all --no-color
