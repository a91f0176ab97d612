#!/bin/bash
# Import and export of 400,000 rows × 30 columns against openpyxl and python-calamine, in one run.
# Needs python3 with `pip install -r requirements.txt`. Writes RESULT.md beside this file.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --locked --workspace --example workbook_speed
exec python3 bench/workbook/compare.py "${CARGO_TARGET_DIR:-target}/release/examples/workbook_speed" "${1:-400000}"
