# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the console command with `python -m masking_simulator`."""

from masking_simulator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
