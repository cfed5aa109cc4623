"""Tells which of the held shares opened far below their previous close. It places no orders."""

import wit_world
from componentize_py_types import Err
from wit_world import Counter, RunContext, Summary, TaskInfo, TaskKind
from wit_world.imports import broker, decision, log, market, types
from wit_world.imports.types import Capability

import rule


class WitWorld(wit_world.WitWorld):
    """The task; the name is the one that componentize-py looks for."""

    def describe(self) -> TaskInfo:
        return TaskInfo(
            name="gap_watch",
            version="0.1.0",
            kind=TaskKind.SCHEDULED,
            capabilities=[Capability.MARKET, Capability.BROKER_READ, Capability.LOG, Capability.DECISION],
            default_schedule="09:30 on trading days",
            config_schema="",
        )

    def run(self, context: RunContext) -> Summary:
        try:
            return watch()
        except Err as error:
            raise Err(task_error(error.value)) from None


def watch() -> Summary:
    """Looks at every position."""
    symbols = [position.symbol for position in broker.positions()]
    if not symbols:
        return summary("no shares are held", 0, 0)
    found = []
    for symbol, quote in zip(symbols, market.quotes(symbols)):
        if quote is None:
            found.append((symbol, rule.Decision("skip", "no_quote", [])))
        elif judged := rule.judge(quote.open, quote.previous_close):
            found.append((symbol, judged))
    below = sum(judged.reason == "opened_below" for _, judged in found)
    line = f"{below} of {len(symbols)} held shares opened more than {rule.GAP_PERCENT} % below the previous close"
    log.write(log.Level.INFO, line)
    if found:
        decision.record([entry(symbol, judged) for symbol, judged in found])
    return summary(line, below, len(symbols))


def summary(text: str, below: int, positions: int) -> Summary:
    return Summary(text, [Counter("opened_below", below), Counter("positions", positions)])


def entry(symbol: str, judged: rule.Decision) -> decision.Entry:
    evidence = [decision.Evidence(name, value) for name, value in judged.evidence]
    return decision.Entry(symbol, judged.action, judged.reason, evidence)


def task_error(error: types.HostError) -> wit_world.TaskError:
    """What the host could not do is why the run could not do its work."""
    match error:
        case types.HostError_Denied(capability):
            return wit_world.TaskError_Denied(capability)
        case types.HostError_Invalid(text):
            return wit_world.TaskError_Invalid(text)
        case types.HostError_Unavailable(text):
            return wit_world.TaskError_Unavailable(text)
