"""What each template is given. A template may use these fields and nothing else; every one is used.

Text comes as it is: escaping is the template environment's work. An empty string means "there is none".
"""

from __future__ import annotations

from bot.report.contexts.alarms import AlarmLine, AlarmQuestion
from bot.report.contexts.answers import (
    ExplainedCheck,
    ExplainedField,
    ExplainedLog,
    HelpText,
    LogsView,
    Notice,
    NoticeView,
    Refused,
    RequestChoice,
)
from bot.report.contexts.chart import Chart, ChartPoint, ChartSeries
from bot.report.contexts.outcome import (
    CauseFound,
    GapLine,
    Inconclusive,
    NoFaultFound,
    NotThisPath,
    Question,
)
from bot.report.contexts.parts import (
    Buttons,
    Change,
    ChangeGroup,
    Changes,
    Choice,
    Context,
    Footer,
    Link,
    PathLine,
    PathView,
    Subject,
    Why,
)
from bot.report.contexts.pictures import ChartPicture, PathPicture
from bot.report.contexts.running import (
    Failed,
    Progress,
    Step,
)
from bot.report.contexts.thread import (
    CauseDetails,
    Cited,
    FindingLine,
    Gaps,
    HopFindings,
    LogExcerpt,
    Repair,
    ThreadNote,
    Ways,
)

__all__ = [
    "AlarmLine",
    "AlarmQuestion",
    "Buttons",
    "CauseDetails",
    "CauseFound",
    "Change",
    "ChangeGroup",
    "Changes",
    "Chart",
    "ChartPicture",
    "ChartPoint",
    "ChartSeries",
    "Choice",
    "Cited",
    "Context",
    "ExplainedCheck",
    "ExplainedField",
    "ExplainedLog",
    "Failed",
    "FindingLine",
    "Footer",
    "GapLine",
    "Gaps",
    "HelpText",
    "HopFindings",
    "Inconclusive",
    "Link",
    "LogExcerpt",
    "LogsView",
    "NoFaultFound",
    "NotThisPath",
    "Notice",
    "NoticeView",
    "PathLine",
    "PathPicture",
    "PathView",
    "Progress",
    "Question",
    "Refused",
    "Repair",
    "RequestChoice",
    "Step",
    "Subject",
    "ThreadNote",
    "Ways",
    "Why",
]
