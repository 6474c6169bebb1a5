#!/usr/bin/env bash
# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The documented workflows for everything, as a script: all global objects, the other engine-wide ones, then every
# environment, whatever differs. Environments that the target lacks are made first. On-the-fly jobs get their source
# connectors in an environment of their own, "NAME sources", where they read from then. The engine exports no
# environment that needs two connectors of one name. Of such a one all but the on-the-fly jobs goes together, and
# these go one by one; those that are refused even so are named and left out.
#
#   BENCH_SOURCE=URL BENCH_TARGETS="URL ..." BENCH_CA=FILE BENCH_USER=NAME BENCH_PASSWORD=TEXT \
#     BENCH_POLL=SECONDS curl_estate.sh

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

call() { # token, arguments of curl
  curl --silent --show-error --fail --cacert "$BENCH_CA" --header "Authorization: $1" \
    --header 'Accept: application/json' "${@:2}"
}

post() { # token body url
  call "$1" -X POST --header 'Content-Type: application/json' -d "$2" "$3"
}

login() { # api
  post none "{ \"username\": \"$BENCH_USER\", \"password\": \"$BENCH_PASSWORD\" }" "$1/login" | jq -r .Authorization
}

wait_for() { # api token task
  local status
  while :; do
    status=$(call "$2" "$1/async-tasks/$3" | jq -r .status)
    case $status in
      SUCCEEDED) return ;;
      WAITING | RUNNING) sleep "$BENCH_POLL" ;;
      *) echo "task $3 of $1 is $status" >&2; exit 1 ;;
    esac
  done
}

rows() { # token url-of-a-list
  call "$1" "$2" | jq -c '.responseList[]'
}

succeeded() { # api, and a file with the status of every object
  if grep -q '"importStatus" *: *"FAILED"' "$2"; then
    echo "$1 refused objects" >&2
    exit 1
  fi
}

# --- what belongs to the whole engine: may be large, so in the background ---

export_wide() { # body file
  local task
  task=$(post "$source_token" "$1" "$source/export-async")
  wait_for "$source" "$source_token" "$(jq -r .asyncTaskId <<<"$task")"
  call "$source_token" --output "$2" "$source/file-downloads/$(jq -r .reference <<<"$task")"
}

import_wide() { # file
  local task
  task=$(call "$token" -X POST -F "file=@$1" "$api/import-async?force_overwrite=true")
  wait_for "$api" "$token" "$(jq -r .asyncTaskId <<<"$task")"
  call "$token" --output "$work/status.json" "$api/file-downloads/$(jq -r .reference <<<"$task")"
  succeeded "$api" "$work/status.json"
}

# What is not in the global object, one object a line.
others() {
  local type
  for type in ALGORITHM_PLUGIN DRIVER_SUPPORT_PLUGIN PASSWORD_VAULT CREDENTIAL_PATH FILE_FORMAT DATASET_FORMAT \
    MOUNT_INFORMATION APPLICATION_SETTINGS; do
    rows "$source_token" "$source/syncable-objects?object_type=$type&page_size=1000" |
      jq -c '{objectIdentifier, objectType}'
  done
}

# --- what is in environments ---

export_now() { # body file
  post "$source_token" "$1" "$source/export" >"$2"
}

# All that is in an environment, one object a line.
contents() { # environment
  while read -r type field list; do
    rows "$source_token" "$source/$list?environment_id=$1&page_size=1000" |
      jq -c --arg type "$type" --arg field "$field" \
        '{objectIdentifier: {id: .[$field]}, objectType: $type, onTheFly: .onTheFlyMasking, name: .jobName}'
  done <<'LISTS'
DATABASE_CONNECTOR databaseConnectorId database-connectors
FILE_CONNECTOR fileConnectorId file-connectors
DATASET_CONNECTOR mainframeDatasetConnectorId mainframe-dataset-connectors
DATABASE_RULESET databaseRulesetId database-rulesets
FILE_RULESET fileRulesetId file-rulesets
DATASET_RULESET mainframeDatasetRulesetId mainframe-dataset-rulesets
MASKING_JOB maskingJobId masking-jobs
PROFILE_JOB profileJobId profile-jobs
TOKENIZATION_JOB tokenizationJobId tokenization-jobs
REIDENTIFICATION_JOB reidentificationJobId reidentification-jobs
LISTS
}

export_in_parts() { # environment
  local body name part=0
  contents "$1" >"$work/contents.json"
  export_now "$(jq -cs 'map(select(.onTheFly | not) | {objectIdentifier, objectType})' "$work/contents.json")" \
    "$work/export-$1-0.json"
  jq -c 'select(.onTheFly)' "$work/contents.json" >"$work/jobs.json"
  while read -r row; do
    part=$((part + 1))
    body=$(jq -c '[{objectIdentifier, objectType}]' <<<"$row")
    if ! export_now "$body" "$work/export-$1-$part.json" 2>/dev/null; then
      name=$(jq -r .name <<<"$row")
      echo "left out: the on-the-fly job '$name', which the engine does not export" >&2
      rm -f "$work/export-$1-$part.json"
    fi
  done <"$work/jobs.json"
}

# The number of an environment of the target, which is made if it is not there.
environment() { # name application purpose
  local number application
  number=$(jq -r --arg name "$1" 'select(.environmentName == $name).environmentId' "$work/there.json")
  if [ -z "$number" ]; then
    application=$(jq -r --arg name "$2" 'select(.applicationName == $name).applicationId' "$work/applications.json")
    if [ -z "$application" ]; then
      post "$token" "$(jq -cn --arg name "$2" '{applicationName: $name}')" "$api/applications" >"$work/made.json"
      cat "$work/made.json" >>"$work/applications.json"
      application=$(jq .applicationId "$work/made.json")
    fi
    number=$(post "$token" "$(jq -cn --arg name "$1" --argjson application "$application" --arg purpose "$3" \
      '{environmentName: $name, applicationId: $application, purpose: $purpose}')" "$api/environments" |
      jq .environmentId)
  fi
  echo "$number"
}

import_now() { # file environment name application purpose
  local query="force_overwrite=true&environment_id=$2"
  if grep -q '"objectType" *: *"SOURCE_' "$1"; then
    number=$(environment "$3 sources" "$4" "$5")
    query+="&source_environment_id=$number"
  fi
  call "$token" -X POST --header 'Content-Type: application/json' --data-binary "@$1" \
    --output "$work/status.json" "$api/import?$query"
  succeeded "$api" "$work/status.json"
}

source=$BENCH_SOURCE/masking/api
source_token=$(login "$source")
global=$(rows "$source_token" "$source/syncable-objects?object_type=GLOBAL_OBJECT" |
  jq -c '[{objectIdentifier, objectType}]')
export_wide "$global" "$work/global.json"
export_wide "$(others | jq -cs .)" "$work/others.json"
rows "$source_token" "$source/applications?page_size=1000" |
  jq -s 'map({key: (.applicationId | tostring), value: .applicationName}) | from_entries' >"$work/names.json"
rows "$source_token" "$source/environments?page_size=1000" |
  jq -r --slurpfile names "$work/names.json" \
    '[.environmentId, .environmentName, $names[0][.applicationId | tostring], .purpose] | @tsv' >"$work/wanted.tsv"
while IFS=$'\t' read -r number name _application _purpose; do
  body="[{\"objectIdentifier\":{\"id\":$number},\"objectType\":\"ENVIRONMENT\"}]"
  if ! export_now "$body" "$work/export-$number-0.json" 2>/dev/null; then
    echo "the engine does not export '$name' as a whole" >&2
    export_in_parts "$number"
  fi
done <"$work/wanted.tsv"
call "$source_token" -X DELETE "$source/export-async"

for target in $BENCH_TARGETS; do
  api=$target/masking/api
  token=$(login "$api")
  import_wide "$work/global.json"
  import_wide "$work/others.json"
  rows "$token" "$api/applications?page_size=1000" >"$work/applications.json"
  rows "$token" "$api/environments?page_size=1000" >"$work/there.json"
  while IFS=$'\t' read -r number name application purpose; do
    into=$(environment "$name" "$application" "$purpose")
    for bundle in "$work/export-$number"-*.json; do
      import_now "$bundle" "$into" "$name" "$application" "$purpose"
    done
  done <"$work/wanted.tsv"
  call "$token" -X DELETE "$api/import-async"
done
