"""``python -m harness.workload``."""

import sys

from harness.workload.main import main

sys.exit(main())
