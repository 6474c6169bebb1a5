#!/usr/bin/env bash
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The documented workflow for all global objects, as a script: export everything from the source,
# import everything into each target, whatever differs.
#
#   BENCH_SOURCE=URL BENCH_TARGETS="URL ..." BENCH_CA=FILE BENCH_USER=NAME BENCH_PASSWORD=TEXT \
#     BENCH_POLL=SECONDS curl.sh

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

call() {
  curl --silent --show-error --fail --cacert "$BENCH_CA" --header 'Accept: application/json' "$@"
}

# The value of a field in JSON on standard input; good enough for flat answers.
field() {
  sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([^",}]*\).*/\1/p'
}

login() {
  call -X POST --header 'Content-Type: application/json' \
    -d "{ \"username\": \"$BENCH_USER\", \"password\": \"$BENCH_PASSWORD\" }" "$1/login" | field Authorization
}

wait_for() { # api token task
  local status
  while :; do
    status=$(call --header "Authorization: $2" "$1/async-tasks/$3" | field status)
    case $status in
      SUCCEEDED) return ;;
      WAITING | RUNNING) sleep "$BENCH_POLL" ;;
      *) echo "task $3 of $1 is $status" >&2; exit 1 ;;
    esac
  done
}

download() { # api token reference file
  call --header "Authorization: $2" --output "$4" "$1/file-downloads/$3"
}

api=$BENCH_SOURCE/masking/api
token=$(login "$api")
call --header "Authorization: $token" "$api/syncable-objects?object_type=GLOBAL_OBJECT" >"$work/list.json"
call -X POST --header "Authorization: $token" --header 'Content-Type: application/json' \
  -d '[{"objectIdentifier":{"id":"global"},"objectType":"GLOBAL_OBJECT"}]' "$api/export-async" >"$work/task.json"
wait_for "$api" "$token" "$(field asyncTaskId <"$work/task.json")"
download "$api" "$token" "$(field reference <"$work/task.json")" "$work/export.json"
call -X DELETE --header "Authorization: $token" "$api/export-async"

for target in $BENCH_TARGETS; do
  api=$target/masking/api
  token=$(login "$api")
  call -X POST --header "Authorization: $token" --header 'Content-Type: multipart/form-data' \
    -F "file=@$work/export.json" "$api/import-async?force_overwrite=true" >"$work/task.json"
  wait_for "$api" "$token" "$(field asyncTaskId <"$work/task.json")"
  download "$api" "$token" "$(field reference <"$work/task.json")" "$work/status.json"
  if grep -q '"importStatus" *: *"FAILED"' "$work/status.json"; then
    echo "$target refused objects" >&2
    exit 1
  fi
  call -X DELETE --header "Authorization: $token" "$api/import-async"
done
