"""A SOQL condition that an operator writes: is it one that may stand in parentheses among others?"""

LONGEST_FILTER = 2_000
"""Characters; the query with the accounts' ids has to fit into a URL of 16 KB."""


def find_filter_problem(condition: str) -> str | None:
    """What is wrong with it as far as can be told without Salesforce, in words for whoever wrote it."""
    if not condition.strip():
        return "it is blank; null lets every account pass"
    if len(condition) > LONGEST_FILTER:
        return f"{len(condition):,} characters are too many: at most {LONGEST_FILTER:,}"
    depth, is_quoted, is_escaped = 0, False, False
    for letter in condition:
        if is_quoted:
            is_quoted = is_escaped or letter != "'"
            is_escaped = letter == "\\" and not is_escaped
            continue
        is_quoted = letter == "'"
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return "a parenthesis is closed that was never opened"
    if is_quoted:
        return "a quotation mark is not closed"
    return "a parenthesis is not closed" if depth else None
