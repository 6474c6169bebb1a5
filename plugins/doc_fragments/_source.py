# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the connection options of the source engine. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    """Checked against the option table by a unit test."""

    DOCUMENTATION = r"""
options:
  source_url:
    description:
      - Address of the source engine.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_URL) is used.
    type: str
  source_api_version:
    description:
      - API version to pin on the source engine.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_API_VERSION) is used.
    type: str
  source_username:
    description:
      - User to log in with on the source engine, an administrator.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_USERNAME) is used.
    type: str
  source_password:
    description:
      - Password of O(source_username).
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_PASSWORD) is used.
    type: str
  source_token:
    description:
      - Token of a session on the source engine, in place of a login.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_TOKEN) is used.
    type: str
  source_validate_certs:
    description:
      - Whether to verify the source engine's TLS certificate.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_VALIDATE_CERTS) is used.
    type: bool
    default: true
  source_ca_path:
    description:
      - CA certificates for the source engine, as O(ca_path).
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_CA_PATH) is used.
    type: path
  source_client_cert:
    description:
      - TLS client certificate for the source engine, as O(client_cert).
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_CLIENT_CERT) is used.
    type: path
  source_client_key:
    description:
      - Key of O(source_client_cert).
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_CLIENT_KEY) is used.
    type: path
  source_proxy:
    description:
      - URL of the HTTP proxy to use for the source engine.
      - If unset, the environment variable E(DELPHIX_MASKING_SOURCE_PROXY) is used.
    type: str
"""
