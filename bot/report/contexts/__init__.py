"""What each template is given. A template may use these fields and nothing else; every one is used.

Text comes as it is: escaping is the template environment's work. An empty string means "there is none".
"""

from __future__ import annotations

from bot.report.contexts.alarms import (
    AlarmLine,
    AlarmQuestion,
)
from bot.report.contexts.answers import (
    DoctorReport,
    ExplainedCheck,
    ExplainedField,
    ExplainedLog,
    FreshLogs,
    HelpText,
    HistoryPage,
    Notice,
    Refused,
    RunLine,
    WatchLine,
    WatchList,
)
from bot.report.contexts.chart import Chart, ChartPoint, ChartSeries
from bot.report.contexts.home import (
    HomeView,
    PlaceLine,
)
from bot.report.contexts.modals import (
    ExplainView,
    FixView,
    LogsView,
    NoticeView,
    PickerView,
    Remaining,
    WrongCauseView,
)
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
    Headline,
    Link,
    MenuChoice,
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
from bot.report.contexts.watching import (
    WatchChanged,
    WatchEnded,
    WatchStarted,
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
    "DoctorReport",
    "ExplainView",
    "ExplainedCheck",
    "ExplainedField",
    "ExplainedLog",
    "Failed",
    "FindingLine",
    "FixView",
    "Footer",
    "FreshLogs",
    "GapLine",
    "Gaps",
    "Headline",
    "HelpText",
    "HistoryPage",
    "HomeView",
    "HopFindings",
    "Inconclusive",
    "Link",
    "LogExcerpt",
    "LogsView",
    "MenuChoice",
    "NoFaultFound",
    "NotThisPath",
    "Notice",
    "NoticeView",
    "PathLine",
    "PathPicture",
    "PathView",
    "PickerView",
    "PlaceLine",
    "Progress",
    "Question",
    "Refused",
    "Remaining",
    "Repair",
    "RunLine",
    "Step",
    "Subject",
    "ThreadNote",
    "WatchChanged",
    "WatchEnded",
    "WatchLine",
    "WatchList",
    "WatchStarted",
    "Ways",
    "Why",
    "WrongCauseView",
]
