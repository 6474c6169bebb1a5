# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the connection options. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Checked against the option table by a unit test."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of the engine, such as V(https://engine.example.com). Required, here or in the environment.
      - It may reach down to the API (V(https://engine.example.com/masking/api)).
      - Redirects are not followed, so that a login is never sent elsewhere.
      - If unset, the environment variable E(DELPHIX_MASKING_URL) is used.
    type: str
  api_version:
    description:
      - API version to pin, such as V(5.1.42). Without it the engine answers with its newest.
      - If unset, the environment variable E(DELPHIX_MASKING_API_VERSION) is used.
    type: str
  username:
    description:
      - User to log in with. Syncing objects needs an administrator of the engine.
      - Either O(username) and O(password) or O(token) are required.
      - If unset, the environment variable E(DELPHIX_MASKING_USERNAME) is used.
    type: str
  password:
    description:
      - Password of O(username). A refused login is never tried again, as engines lock users out.
      - If unset, the environment variable E(DELPHIX_MASKING_PASSWORD) is used.
    type: str
  token:
    description:
      - Token returned by M(maskops.delphix.masking_login), in place of a login for each task.
      - With O(username) and O(password) given too, an expired token is renewed once.
      - A session that was opened elsewhere is left open.
      - If unset, the environment variable E(DELPHIX_MASKING_TOKEN) is used.
    type: str
  validate_certs:
    description:
      - Whether to verify the engine's TLS certificate. If V(false), nothing is verified, whatever O(ca_path) says.
      - If unset, the environment variable E(DELPHIX_MASKING_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder with the CA certificates (PEM) that may have signed the engine's certificate.
      - An empty file counts as unset.
      - If unset, the environment variable E(DELPHIX_MASKING_CA_PATH) is used,
        then E(REQUESTS_CA_BUNDLE), then the CA certificates that come with C(requests).
    type: path
  client_cert:
    description:
      - File with a TLS client certificate (PEM), with its key or together with O(client_key).
      - If unset, the environment variable E(DELPHIX_MASKING_CLIENT_CERT) is used.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert) (PEM, not encrypted).
      - If unset, the environment variable E(DELPHIX_MASKING_CLIENT_KEY) is used.
    type: path
  proxy:
    description:
      - URL of the HTTP proxy to use for this engine.
      - If unset, the environment variable E(DELPHIX_MASKING_PROXY) is used, then the usual proxy variables.
    type: str
  connect_timeout:
    description:
      - Seconds that opening a connection may take.
      - If unset, the environment variable E(DELPHIX_MASKING_CONNECT_TIMEOUT) is used.
    type: float
    default: 10.0
  read_timeout:
    description:
      - Seconds that the engine may stay silent while it answers.
      - Synchronous exports and imports may use all of O(deadline).
      - If unset, the environment variable E(DELPHIX_MASKING_READ_TIMEOUT) is used.
    type: float
    default: 60.0
  deadline:
    description:
      - Seconds that the whole task may take, all waiting included.
      - If unset, the environment variable E(DELPHIX_MASKING_DEADLINE) is used.
    type: float
    default: 3600.0
  retries:
    description:
      - How often a request is sent again after a broken connection or HTTP 429, 502, 503 or 504.
      - Only requests that change nothing are repeated freely.
      - Others are repeated only if they never reached the engine, a login never.
      - If unset, the environment variable E(DELPHIX_MASKING_RETRIES) is used.
    type: int
    default: 4
  page_size:
    description:
      - Rows to ask for per page of a list. Without it 1000, and 100 for engines that refuse that.
      - If unset, the environment variable E(DELPHIX_MASKING_PAGE_SIZE) is used.
    type: int
requirements:
  - requests >= 2.28 on the machine that runs the module
notes:
  - Meant for hosts with C(ansible_connection=local), one for each engine. It then runs inside the Ansible process.
    With any other connection, with C(async), C(become), C(environment) or another C(ansible_python_interpreter)
    it runs as an ordinary module, which does the same more slowly.
"""
