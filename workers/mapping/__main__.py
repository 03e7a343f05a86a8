"""`python -m workers.mapping > docs/mapping.schema.json`: writes the schema of the mapping file anew."""

import json
import sys

from tasks.contracts.mapping_file import mapping_schema

if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(mapping_schema(), indent=2)}\n")
